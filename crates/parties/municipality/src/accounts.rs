//! People of a municipality at the registration door: signing in, and the life of an account.

use axum::body::Body;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, Method};
use pmh_service::CallError;
use pmh_wire::paths;
use pmh_wire::users::{
    IssuedSecret, PasswordChange, UserApplication, UserLogin, UserNamed, UserSession, Users,
};
use serde::Serialize;

use crate::RegistrationClient;
use crate::client::accepted;

impl RegistrationClient {
    pub async fn sign_in(&self, login: &UserLogin) -> Result<UserSession, CallError> {
        self.hub.post(paths::LOGIN, login).await
    }

    pub async fn change_password(&self, change: &PasswordChange) -> Result<(), CallError> {
        self.tell(paths::PASSWORD, change).await
    }

    pub async fn sign_out(&self) -> Result<(), CallError> {
        self.tell(paths::LOGOUT, &()).await
    }

    pub async fn users(&self) -> Result<Users, CallError> {
        self.hub.get(paths::USERS).await
    }

    pub async fn apply_for_user(&self, application: &UserApplication) -> Result<UserNamed, CallError> {
        self.hub.post(paths::USERS, application).await
    }

    pub async fn approve_user(&self, user_id: &str) -> Result<(), CallError> {
        self.tell(paths::USER_APPROVALS, &UserNamed { user_id: user_id.to_owned() }).await
    }

    /// A first password, or the credential of an unattended system.
    pub async fn issue_credential(&self, user_id: &str) -> Result<IssuedSecret, CallError> {
        self.hub.post(paths::USER_CREDENTIALS, &UserNamed { user_id: user_id.to_owned() }).await
    }

    /// A call that is answered without a body.
    pub(crate) async fn tell<B: Serialize + Sync>(&self, path: &str, body: &B) -> Result<(), CallError> {
        let unusable = |_| CallError::Unexpected("a body that is none".to_owned());
        let body = serde_json::to_vec(body).map_err(unusable)?;
        let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("application/json"))]);
        accepted(self.hub.send(Method::POST, path, headers, Body::from(body)).await?).map(|_| ())
    }
}
