//! What staff may change.

use actix_web::http::header;
use actix_web::{HttpResponse, delete, post, put, web};
use chassis::web::{JsonBody, Problem, Staff};

use super::problems::{handle_of, invalid_product, save_refused, unknown_product, withdraw_refused};
use super::views::{ProductView, ProductWrite};
use crate::application::{Browse, SaveMode, SaveProduct, SaveProductCommand, Saved, WithdrawProduct};
use crate::domain::{Audience, FieldError, Handle, ProductRefused};

/// Make a product
#[utoipa::path(
    tag = "catalogue", operation_id = "create_product", security(("bearer" = ["staff"])),
    request_body = ProductWrite,
    responses(
        (status = 201, description = "Made", body = ProductView),
        (status = 409, description = "`handle-taken`, `sku-taken`"),
        (status = 422, description = "`invalid-body`, `invalid-product`"),
    ),
)]
#[post("/api/catalogue/v1/products")]
pub async fn create_product(
    _staff: Staff,
    save_product: web::Data<SaveProduct>,
    browse: web::Data<Browse>,
    JsonBody(body): JsonBody<ProductWrite>,
) -> Result<HttpResponse, Problem> {
    let handle = match &body.handle {
        Some(handle) => Handle::parse(handle),
        None => Ok(Handle::made_from(&body.title)),
    };
    let handle = handle.map_err(|problem| invalid_product(&problem.into()))?;
    save(&save_product, &browse, handle, body, SaveMode::Create).await
}

/// Make or replace a product
#[utoipa::path(
    tag = "catalogue", operation_id = "put_product", security(("bearer" = ["staff"])),
    request_body = ProductWrite,
    params(("handle" = String, Path, description = "The product's name in addresses")),
    responses(
        (status = 200, description = "Replaced", body = ProductView),
        (status = 201, description = "Made", body = ProductView),
        (status = 409, description = "`sku-taken`"),
        (status = 422, description = "`invalid-body`, `invalid-product`"),
    ),
)]
#[put("/api/catalogue/v1/products/{handle}")]
pub async fn put_product(
    _staff: Staff,
    save_product: web::Data<SaveProduct>,
    browse: web::Data<Browse>,
    path: web::Path<String>,
    JsonBody(body): JsonBody<ProductWrite>,
) -> Result<HttpResponse, Problem> {
    let handle = Handle::parse(&path).map_err(|problem| invalid_product(&problem.into()))?;
    if body.handle.as_deref().is_some_and(|other| other != handle.as_str()) {
        let differs = FieldError::new("handle", "is not the one of the path; a handle never changes");
        return Err(invalid_product(&ProductRefused::Field(differs)));
    }
    save(&save_product, &browse, handle, body, SaveMode::Put).await
}

async fn save(
    save_product: &SaveProduct,
    browse: &Browse,
    handle: Handle,
    body: ProductWrite,
    mode: SaveMode,
) -> Result<HttpResponse, Problem> {
    let details = body.details().map_err(|refused| invalid_product(&refused))?;
    let command = SaveProductCommand { handle: handle.clone(), details, mode };
    let saved = save_product.execute(command).await.map_err(save_refused)?;
    let shelved = browse.product(&handle, Audience::Staff).await?.ok_or_else(|| unknown_product(handle.as_str()))?;
    let mut answer = match saved {
        Saved::Created => HttpResponse::Created(),
        Saved::Replaced => HttpResponse::Ok(),
    };
    let location = (header::LOCATION, format!("/api/catalogue/v1/products/{handle}"));
    Ok(answer.insert_header(location).json(ProductView::from(shelved.as_ref())))
}

/// Withdraw a product
///
/// It is archived, not deleted, because orders speak of it. Repeating it changes nothing.
#[utoipa::path(
    tag = "catalogue", operation_id = "withdraw_product", security(("bearer" = ["staff"])),
    params(("handle" = String, Path, description = "The product's name in addresses")),
    responses(
        (status = 204, description = "Withdrawn"),
        (status = 404, description = "`unknown-product`"),
    ),
)]
#[delete("/api/catalogue/v1/products/{handle}")]
pub async fn withdraw_product(
    _staff: Staff,
    withdraw_product: web::Data<WithdrawProduct>,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    withdraw_product.execute(&handle_of(&path)?).await.map_err(withdraw_refused)?;
    Ok(HttpResponse::NoContent().finish())
}
