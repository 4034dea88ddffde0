//! What the product form does when it comes back.

use std::collections::HashMap;

use actix_web::{HttpResponse, web};
use chassis::web::{CsrfForm, Flash, PageError, PageFrame, Staff, see_other_with};

use super::Pages;
use super::admin_form::{ProductForm, show};
use super::refusals::{SaveRefusal, sentence, withdraw_refused};
use crate::application::{Browse, SaveMode, SaveProduct, SaveProductCommand, WithdrawProduct};
use crate::domain::{Handle, ProductRefused};

type Fields = HashMap<String, String>;

/// POST `/admin/products`: makes a product.
pub async fn create(
    _staff: Staff,
    pages: web::Data<Pages>,
    save_product: web::Data<SaveProduct>,
    browse: web::Data<Browse>,
    frame: PageFrame,
    CsrfForm(fields): CsrfForm<Fields>,
) -> Result<HttpResponse, PageError> {
    let typed = fields.get("handle").map(|handle| handle.trim().to_owned()).unwrap_or_default();
    let form = ProductForm::sent(&fields, typed.clone());
    let handle = if typed.is_empty() { Handle::made_from(&form.title) } else { Handle::parse(&typed) };
    match save(&save_product, &pages, handle.map_err(ProductRefused::from), &form, SaveMode::Create).await {
        Ok(handle) => Ok(saved(&handle)),
        Err(SaveRefusal::InForm(error)) => show(&browse, frame, form.with_spare_rows(), true, Some(error)).await,
        Err(SaveRefusal::Page(error)) => Err(error),
    }
}

/// POST `/admin/products/{handle}`: changes a product, unless somebody else did meanwhile.
pub async fn replace(
    _staff: Staff,
    pages: web::Data<Pages>,
    save_product: web::Data<SaveProduct>,
    browse: web::Data<Browse>,
    frame: PageFrame,
    path: web::Path<String>,
    CsrfForm(fields): CsrfForm<Fields>,
) -> Result<HttpResponse, PageError> {
    let handle = Handle::parse(&path).map_err(|_| PageError::NotFound)?;
    let form = ProductForm::sent(&fields, handle.to_string());
    let mode = SaveMode::ReplaceVersion(form.version);
    match save(&save_product, &pages, Ok(handle), &form, mode).await {
        Ok(handle) => Ok(saved(&handle)),
        Err(SaveRefusal::InForm(error)) => show(&browse, frame, form.with_spare_rows(), false, Some(error)).await,
        Err(SaveRefusal::Page(error)) => Err(error),
    }
}

/// POST `/admin/products/{handle}/withdraw`.
pub async fn withdraw(
    _staff: Staff,
    withdraw_product: web::Data<WithdrawProduct>,
    path: web::Path<String>,
    CsrfForm(_): CsrfForm<Fields>,
) -> Result<HttpResponse, PageError> {
    let handle = Handle::parse(&path).map_err(|_| PageError::NotFound)?;
    withdraw_product.execute(&handle).await.map_err(withdraw_refused)?;
    Ok(see_other_with(&format!("/admin/products/{handle}"), Flash::notice("The product is no longer sold.")))
}

async fn save(
    save_product: &SaveProduct,
    pages: &Pages,
    handle: Result<Handle, ProductRefused>,
    form: &ProductForm,
    mode: SaveMode,
) -> Result<Handle, SaveRefusal> {
    let in_form = |refused: ProductRefused| SaveRefusal::InForm(sentence(&refused.to_string()));
    let details = form.details(pages.currency).map_err(in_form)?;
    let handle = handle.map_err(in_form)?;
    save_product.execute(SaveProductCommand { handle: handle.clone(), details, mode }).await?;
    Ok(handle)
}

fn saved(handle: &Handle) -> HttpResponse {
    see_other_with(&format!("/admin/products/{handle}"), Flash::notice("The product is saved."))
}
