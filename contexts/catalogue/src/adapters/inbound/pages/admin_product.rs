//! The form in which staff makes and changes a product, and what it does when it comes back.

use std::collections::HashMap;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use chassis::web::{CsrfForm, Flash, PageError, PageFrame, Staff, page, page_with, see_other_with};
use shared_kernel::format::sentence;

use super::PageSettings;
use super::messages::{SaveRefusal, WITHDRAWN, sale_warnings, saved_text, withdraw_refused};
use super::view_models::{AdminProductPage, ProductForm};
use crate::application::{Browse, SaveMode, SaveProduct, SaveProductCommand, WithdrawProduct};
use crate::domain::{Audience, Handle, ImageName, ProductRefused};

type Fields = HashMap<String, String>;

/// `/admin/products/new`.
pub(super) async fn blank(
    _staff: Staff,
    browse: web::Data<Browse>,
    frame: PageFrame,
) -> Result<HttpResponse, PageError> {
    let form = ProductForm { status: "draft".to_owned(), ..ProductForm::default() };
    show(&browse, frame, form.with_spare_rows(), true, Vec::new(), None).await
}

/// `/admin/products/{handle}`.
pub(super) async fn edit(
    _staff: Staff,
    browse: web::Data<Browse>,
    frame: PageFrame,
    settings: web::Data<PageSettings>,
    path: web::Path<String>,
) -> Result<HttpResponse, PageError> {
    let handle = Handle::parse(&path).map_err(|_| PageError::NotFound)?;
    let found = browse.product(&handle, Audience::Staff).await?.ok_or(PageError::NotFound)?;
    let warnings = sale_warnings(found.product().details(), settings.rules);
    show(&browse, frame, ProductForm::from(found.product()).with_spare_rows(), false, warnings, None).await
}

/// The form, with what is wrong with it.
async fn show(
    browse: &Browse,
    frame: PageFrame,
    form: ProductForm,
    is_new: bool,
    warnings: Vec<&'static str>,
    error: Option<String>,
) -> Result<HttpResponse, PageError> {
    let categories = browse.categories().await?.iter().map(|count| count.name.clone()).collect();
    let wrong = error.is_some();
    let shown = AdminProductPage { frame, is_new, form, categories, error, warnings };
    if wrong { page_with(StatusCode::UNPROCESSABLE_ENTITY, &shown) } else { page(&shown) }
}

/// POST `/admin/products`: makes a product.
pub(super) async fn create(
    _staff: Staff,
    settings: web::Data<PageSettings>,
    save_product: web::Data<SaveProduct>,
    browse: web::Data<Browse>,
    frame: PageFrame,
    CsrfForm(fields): CsrfForm<Fields>,
) -> Result<HttpResponse, PageError> {
    let typed = fields.get("handle").map(|handle| handle.trim().to_owned()).unwrap_or_default();
    let form = ProductForm::sent(&fields, typed.clone());
    let handle = if typed.is_empty() { Ok(Handle::made_from(&form.title)) } else { Handle::parse(&typed) };
    let saved = save(&save_product, &settings, handle.map_err(ProductRefused::from), &form, SaveMode::Create).await;
    answer(&browse, frame, form, true, saved).await
}

/// POST `/admin/products/{handle}`: changes a product, unless another change came first.
pub(super) async fn replace(
    _staff: Staff,
    settings: web::Data<PageSettings>,
    save_product: web::Data<SaveProduct>,
    browse: web::Data<Browse>,
    frame: PageFrame,
    path: web::Path<String>,
    CsrfForm(fields): CsrfForm<Fields>,
) -> Result<HttpResponse, PageError> {
    let handle = Handle::parse(&path).map_err(|_| PageError::NotFound)?;
    let form = ProductForm::sent(&fields, handle.to_string());
    let mode = SaveMode::ReplaceVersion(form.version);
    let saved = save(&save_product, &settings, Ok(handle), &form, mode).await;
    answer(&browse, frame, form, false, saved).await
}

/// POST `/admin/products/{handle}/withdraw`.
pub(super) async fn withdraw(
    _staff: Staff,
    withdraw_product: web::Data<WithdrawProduct>,
    path: web::Path<String>,
    CsrfForm(_): CsrfForm<Fields>,
) -> Result<HttpResponse, PageError> {
    let handle = Handle::parse(&path).map_err(|_| PageError::NotFound)?;
    withdraw_product.execute(&handle).await.map_err(withdraw_refused)?;
    Ok(see_other_with(&format!("/admin/products/{handle}"), Flash::notice(WITHDRAWN)))
}

async fn save(
    save_product: &SaveProduct,
    settings: &PageSettings,
    handle: Result<Handle, ProductRefused>,
    form: &ProductForm,
    mode: SaveMode,
) -> Result<Handle, SaveRefusal> {
    let in_form = |refused: ProductRefused| SaveRefusal::InForm(sentence(refused));
    let details = form.details(settings.rules.currency).map_err(in_form)?;
    let handle = handle.map_err(in_form)?;
    save_product.execute(SaveProductCommand { handle: handle.clone(), details, mode }).await?;
    Ok(handle)
}

/// Leads to the product, or shows the form once more with what is wrong with it.
async fn answer(
    browse: &Browse,
    frame: PageFrame,
    form: ProductForm,
    is_new: bool,
    saved: Result<Handle, SaveRefusal>,
) -> Result<HttpResponse, PageError> {
    match saved {
        Ok(handle) => {
            let flash = Flash::notice(saved_text(&missing_pictures(browse, &handle).await?));
            Ok(see_other_with(&format!("/admin/products/{handle}"), flash))
        }
        Err(SaveRefusal::InForm(error)) => {
            show(browse, frame, form.with_spare_rows(), is_new, Vec::new(), Some(error)).await
        }
        Err(SaveRefusal::Page(error)) => Err(error),
    }
}

/// The pictures that the product shows and the shop does not have.
async fn missing_pictures(browse: &Browse, handle: &Handle) -> Result<Vec<ImageName>, PageError> {
    let found = browse.product(handle, Audience::Staff).await?;
    let shown = found.map(|found| found.product().details().images.clone()).unwrap_or_default();
    let names: Vec<ImageName> = shown.into_iter().map(|image| image.name).collect();
    Ok(browse.missing_pictures(&names).await?)
}
