//! What administrators can do with other people's accounts.

use actix_web::{HttpRequest, HttpResponse, delete, get, put, web};
use chassis::security::SecurityTrail;
use chassis::web::{Admin, ConfirmedAdmin, JsonBody, Problem, json_with_etag, query};
use shared_kernel::CustomerId;

use super::dto::{CustomerList, CustomerView, ListParams, RoleBody};
use crate::adapters::inbound::security_log::note_role;
use crate::application::{AccountQueries, ChangeRole, EraseCustomer};
use crate::ports::CustomerQuery;

/// Customers, newest first.
#[utoipa::path(
    tag = "customer", operation_id = "list_customers", security(("bearer" = ["admin"])),
    params(ListParams),
    responses(
        (status = 200, description = "One page", body = CustomerList),
        (status = 304),
    ),
)]
#[get("/api/customer/v1/customers")]
pub(super) async fn list(
    req: HttpRequest,
    accounts: web::Data<AccountQueries>,
    _who: Admin,
    params: web::Query<ListParams>,
) -> Result<HttpResponse, Problem> {
    let query = customer_query(params.into_inner())?;
    let page = accounts.customers(&query).await?;
    let items = page.items.iter().map(CustomerView::from).collect();
    Ok(json_with_etag(&req, &CustomerList { items, next_cursor: page.next_cursor }))
}

fn customer_query(params: ListParams) -> Result<CustomerQuery, Problem> {
    if params.q.chars().count() > 100 {
        return Err(query::invalid_parameter("q", "q has at most 100 characters"));
    }
    let limit = query::limit(params.limit.as_deref())?;
    let cursor = params.cursor.as_deref().filter(|cursor| !cursor.is_empty());
    let after = cursor.map(CustomerId::parse).transpose();
    let after =
        after.map_err(|_| query::invalid_parameter("cursor", "take it from `next_cursor` of the page before"))?;
    Ok(CustomerQuery { text: params.q, limit, after })
}

/// One customer.
#[utoipa::path(
    tag = "customer", operation_id = "get_customer", security(("bearer" = ["admin"])),
    params(("id" = String, Path, description = "The customer's id")),
    responses(
        (status = 200, description = "The customer", body = CustomerView),
        (status = 304),
    ),
)]
#[get("/api/customer/v1/customers/{id}")]
pub(super) async fn one(
    req: HttpRequest,
    accounts: web::Data<AccountQueries>,
    _who: Admin,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let customer = accounts.customer(customer_id(&id)?).await?.ok_or_else(Problem::not_found)?;
    Ok(json_with_etag(&req, &CustomerView::from(&customer)))
}

/// Change a customer's role. Takes effect with the next request.
#[utoipa::path(
    tag = "customer", operation_id = "appoint", security(("bearer" = ["admin"])),
    request_body = RoleBody,
    params(("id" = String, Path, description = "The customer's id")),
    responses(
        (status = 200, description = "The customer, from now on", body = CustomerView),
        (status = 403, description = "`forbidden`: for administrators; `reauthentication-required`: the login is too long ago"),
        (status = 409, description = "`refused`: administrators cannot change their own role"),
        (status = 422, description = "There is no such role"),
    ),
)]
#[put("/api/customer/v1/customers/{id}/role")]
pub(super) async fn change_role(
    change: web::Data<ChangeRole>,
    who: ConfirmedAdmin,
    trail: SecurityTrail,
    id: web::Path<String>,
    body: JsonBody<RoleBody>,
) -> Result<HttpResponse, Problem> {
    let change = change.execute(customer_id(&id)?, body.0.role, who.0.customer).await?;
    note_role(&trail, &change).await;
    Ok(HttpResponse::Ok().json(CustomerView::from(&change.customer)))
}

/// Erase a customer's account and all personal data in it.
#[utoipa::path(
    tag = "customer", operation_id = "erase_customer", security(("bearer" = ["admin"])),
    params(("id" = String, Path, description = "The customer's id")),
    responses(
        (status = 204, description = "Forgotten"),
        (status = 409, description = "`refused`: the account is an administrator's"),
    ),
)]
#[delete("/api/customer/v1/customers/{id}")]
pub(super) async fn erase(
    erase: web::Data<EraseCustomer>,
    _who: Admin,
    trail: SecurityTrail,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let id = customer_id(&id)?;
    erase.by_request(id).await?;
    trail.note_erased(id).await;
    Ok(HttpResponse::NoContent().finish())
}

/// The id in a path; one that cannot be read is answered like an unknown one.
pub(super) fn customer_id(text: &str) -> Result<CustomerId, Problem> {
    CustomerId::parse(text).map_err(|_| Problem::not_found())
}
