//! What the product form does when it comes back.

use std::collections::HashMap;

use actix_web::{HttpResponse, web};
use chassis::web::{CsrfForm, Flash, PageError, PageFrame, Staff, see_other_with};

use super::Pages;
use super::admin_form::{ProductForm, show};
use super::refusals::{SaveRefusal, sentence, withdraw_refused};
use crate::application::{Browse, SaveMode, SaveProduct, SaveProductCommand, WithdrawProduct};
use crate::domain::{Audience, Handle, ImageName, ProductRefused};

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
    let handle = if typed.is_empty() { Ok(Handle::made_from(&form.title)) } else { Handle::parse(&typed) };
    match save(&save_product, &pages, handle.map_err(ProductRefused::from), &form, SaveMode::Create).await {
        Ok(handle) => saved(&browse, &handle).await,
        Err(SaveRefusal::InForm(error)) => {
            show(&browse, frame, form.with_spare_rows(), true, Vec::new(), Some(error)).await
        }
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
        Ok(handle) => saved(&browse, &handle).await,
        Err(SaveRefusal::InForm(error)) => {
            show(&browse, frame, form.with_spare_rows(), false, Vec::new(), Some(error)).await
        }
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
    let details = form.details(pages.rules.currency).map_err(in_form)?;
    let handle = handle.map_err(in_form)?;
    save_product.execute(SaveProductCommand { handle: handle.clone(), details, mode }).await?;
    Ok(handle)
}

/// Names the pictures that the product shows and the shop does not have.
async fn saved(browse: &Browse, handle: &Handle) -> Result<HttpResponse, PageError> {
    let found = browse.product(handle, Audience::Staff).await?;
    let shown = found.map(|found| found.product().details().images.clone()).unwrap_or_default();
    let names: Vec<ImageName> = shown.into_iter().map(|image| image.name).collect();
    let missing = browse.missing_pictures(&names).await?;
    let flash = if missing.is_empty() {
        Flash::notice("The product is saved.")
    } else {
        let names = missing.iter().map(ImageName::to_string).collect::<Vec<_>>().join(", ");
        Flash::notice(format!("The product is saved. The shop has no picture of this name: {names}."))
    };
    Ok(see_other_with(&format!("/admin/products/{handle}"), flash))
}
