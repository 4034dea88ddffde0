//! The JSON API is what `contract/openapi.json` says: every answer of the journeys below is checked against it.

use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use actix_web::body::MessageBody;
use actix_web::http::{Method, StatusCode, header};
use actix_web::middleware::from_fn;
use actix_web::{App, test, web};
use chassis::Platform;
use chassis::testing::{FixedClock, MemoryMailer, drive, platform};
use chassis::web::{Edge, EdgeSettings};
use customer::adapters::outbound::sql::MIGRATIONS;
use customer::domain::DelayPolicy;
use customer::{CustomerModule, CustomerSettings};
use futures_util::future::LocalBoxFuture;
use serde_json::{Value, json};
use shared_kernel::Role;
use utoipa_actix_web::AppExt;

use crate::golden::{assert_golden, read};

type Call = dyn Fn(actix_http::Request) -> LocalBoxFuture<'static, (StatusCode, Option<String>, Vec<u8>)>;

struct Api {
    module: CustomerModule,
    platform: Platform,
    clock: Arc<FixedClock>,
    mailer: Arc<MemoryMailer>,
    call: Rc<Call>,
    promised: Value,
}

struct Answer {
    status: u16,
    retry_after: Option<String>,
    body: Value,
}
