//! Tells the rest of the shop who is asking.
//!
//! In one process the edge calls the use case. In a shop of several processes the gateway asks `GET
//! /api/customer/v1/identity` about every request before it passes it on; the answer is 204, with the signed identity
//! in a header if the request shows a credential that is good. That route is not part of the API that programs use: the
//! gateway does not pass requests to it.

use std::sync::Arc;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use async_trait::async_trait;
use chassis::web::signed::{IDENTITY_HEADER, Signer};
use chassis::web::{Authenticator, Problem, shown};
use shared_kernel::{Identity, StoreError};

use crate::application::Authenticate;

/// Where it is found.
pub const PATH: &str = "/api/customer/v1/identity";
/// Path and query of the request that is asked about: cookies count on pages, bearer tokens on the API. A gateway that
/// does not tell gets an answer by whatever is shown; it says by what, and counts where that counts.
const ORIGINAL: &str = "x-original-uri";

#[async_trait]
impl Authenticator for Authenticate {
    async fn authenticate(&self, token: &str) -> Result<Option<Identity>, StoreError> {
        self.execute(token).await
    }
}

/// Registers the route.
pub fn configure(authenticate: Arc<Authenticate>, signer: Arc<Signer>, config: &mut web::ServiceConfig) {
    let resource = web::resource(PATH).app_data(web::Data::from(authenticate)).app_data(web::Data::from(signer));
    config.service(resource.route(web::get().to(sign_identity)));
}

async fn sign_identity(
    req: HttpRequest,
    authenticate: web::Data<Authenticate>,
    signer: web::Data<Signer>,
) -> Result<HttpResponse, Problem> {
    let mut answer = HttpResponse::NoContent();
    answer.insert_header((header::CACHE_CONTROL, "no-store"));
    let original = req.headers().get(ORIGINAL).and_then(|value| value.to_str().ok());
    let shown = match original {
        Some(path) => shown(&req, path),
        None => shown(&req, PATH).or_else(|| shown(&req, "/")),
    };
    let Some((token, by)) = shown else { return Ok(answer.finish()) };
    if let Some(identity) = authenticate.execute(&token).await? {
        answer.insert_header((IDENTITY_HEADER, signer.sign(&identity, by).map_err(Problem::internal)?));
    }
    Ok(answer.finish())
}
