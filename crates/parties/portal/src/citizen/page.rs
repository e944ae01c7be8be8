//! A small page that logs in and shows the answer, for people without a script at hand.

use axum::response::Html;

pub(crate) async fn page() -> Html<&'static str> {
    Html(include_str!("page.html"))
}
