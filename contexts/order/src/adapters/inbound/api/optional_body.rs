//! A JSON body that may be left out altogether.

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest};
use chassis::web::{JsonBody, Problem};
use serde::de::DeserializeOwned;
use std::future::Future;
use std::pin::Pin;

/// What the body says, or what saying nothing means.
pub struct OptionalBody<T>(pub T);

impl<T: DeserializeOwned + Default + 'static> FromRequest for OptionalBody<T> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let headers = req.headers();
        let empty = headers.get(header::CONTENT_LENGTH).is_none_or(|length| length == "0");
        if empty && !headers.contains_key(header::CONTENT_TYPE) && !headers.contains_key(header::TRANSFER_ENCODING) {
            return Box::pin(async { Ok(Self(T::default())) });
        }
        let body = JsonBody::<T>::from_request(req, payload);
        Box::pin(async { body.await.map(|JsonBody(body)| Self(body)) })
    }
}
