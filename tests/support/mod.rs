//! What several suites use. Databases: a fresh one for each test, on both kinds.

pub(crate) mod answers;
mod database;
pub(crate) mod erasing;
pub(crate) mod forge;
pub(crate) mod held;
pub(crate) mod keys;
pub(crate) mod leaks;
pub(crate) mod numbering;
mod office;
pub(crate) mod oqs;
pub(crate) mod people;
pub(crate) mod ports;
pub(crate) mod reception;
pub(crate) mod rows;
pub(crate) mod search;
pub(crate) mod tables;
pub(crate) mod world;

pub(crate) use database::TestDatabase;
pub(crate) use office::Office;

/// Declares every case twice, in `mod sqlite` and `mod postgres`, so that the name of a failing test says on
/// which database it failed. A case is `async fn case(place: &TestDatabase)`; one that is not listed is dead
/// code, which the lints refuse.
macro_rules! for_each_store {
    ($($case:ident),+ $(,)?) => {
        mod sqlite {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $case() {
                    super::$case(&crate::support::TestDatabase::sqlite()).await;
                }
            )+
        }
        mod postgres {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $case() {
                    super::$case(&crate::support::TestDatabase::postgres().await).await;
                }
            )+
        }
    };
}

pub(crate) use for_each_store;

/// `usual`, or the larger number of `cargo xtask deep`.
pub(crate) fn size(usual: i64, deep: i64) -> i64 {
    if std::env::var_os("PMH_DEEP").is_some() { deep } else { usual }
}
