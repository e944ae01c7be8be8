//! Makes a failing sequence shorter by taking operations out of it.
//!
//! Halves, quarters and so on down to single ones, as in delta debugging. A library of properties has this, too, but
//! its runner is not asynchronous and draws its values by itself; here a sequence is its number and the places that
//! are kept, which is all that a command has to say to repeat it.

/// Places of the sequence that still fail together. `fails` is asked at most so often.
pub(super) async fn shrink(
    length: usize,
    mut tries: usize,
    mut fails: impl AsyncFnMut(&[usize]) -> bool,
) -> Vec<usize> {
    let mut kept: Vec<usize> = (0..length).collect();
    let mut size = length.div_ceil(2);
    while size > 0 {
        let mut at = 0;
        let mut is_shorter = false;
        while at < kept.len() {
            if tries == 0 {
                return kept;
            }
            tries -= 1;
            let end = (at + size).min(kept.len());
            let fewer: Vec<usize> = kept[..at].iter().chain(&kept[end..]).copied().collect();
            if fails(&fewer).await {
                kept = fewer;
                is_shorter = true;
            } else {
                at = end;
            }
        }
        // Without one operation another may have become needless.
        if size > 1 || !is_shorter {
            size /= 2;
        }
    }
    kept
}

#[tokio::test]
async fn what_is_left_fails_and_does_so_no_more_without_any_of_it() {
    let fails = async |kept: &[usize]| kept.contains(&3) && (kept.contains(&11) || kept.contains(&12));
    assert_eq!(shrink(16, 100, fails).await, [3, 12]);
    assert_eq!(shrink(16, 100, async |_: &[usize]| true).await, [0; 0]);
    assert_eq!(shrink(4, 100, async |_: &[usize]| false).await, [0, 1, 2, 3]);
}

#[tokio::test]
async fn it_gives_up_after_so_many_tries() {
    let mut tried = 0;
    let kept = shrink(16, 3, async |kept: &[usize]| {
        tried += 1;
        kept.contains(&15)
    })
    .await;
    assert_eq!((kept.len(), tried), (4, 3));
}
