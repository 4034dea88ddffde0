//! The body of an answer, which lets its connection wait for the client again when it has been given away.

use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::web::Bytes;

use super::line::Working;

/// A body, and the work that ends with it.
pub(crate) struct Answer {
    body: BoxBody,
    working: Option<Working>,
}

impl Answer {
    pub(crate) fn new(body: BoxBody, working: Option<Working>) -> Self {
        Self { body, working }
    }
}

impl MessageBody for Answer {
    type Error = Box<dyn std::error::Error>;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Pin::new(&mut self.body).poll_next(cx)
    }

    fn try_into_bytes(self) -> Result<Bytes, Self> {
        let Self { body, working } = self;
        body.try_into_bytes().map_err(|body| Self { body, working })
    }
}
