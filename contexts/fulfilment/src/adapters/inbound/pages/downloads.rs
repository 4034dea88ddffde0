//! `/downloads/{token}`: the token alone gives access to the file until its last day.

use actix_web::http::header::{self, ContentDisposition, DispositionParam, DispositionType, ExtendedValue};
use actix_web::{HttpResponse, web};
use chassis::web::PageError;

use crate::application::DigitalFileQueries;
use crate::domain::digital::DownloadToken;

pub(super) async fn fetch(
    token: web::Path<String>,
    files: web::Data<DigitalFileQueries>,
) -> Result<HttpResponse, PageError> {
    let token = DownloadToken::parse(&token).ok_or(PageError::NotFound)?;
    let file = files.download(&token).await?.ok_or(PageError::NotFound)?;
    let disposition = attachment(file.info().name());
    let content_type = file.info().content_type().to_owned();
    Ok(HttpResponse::Ok()
        .content_type(content_type)
        .insert_header(disposition)
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header(("X-Robots-Tag", "noindex"))
        .body(file.into_bytes()))
}

/// To be saved, never shown: an HTML file must not speak in the shop's name.
fn attachment(name: &str) -> ContentDisposition {
    let plain: String = name.chars().map(|c| if c.is_ascii() && c != '%' { c } else { '_' }).collect();
    let mut parameters = vec![DispositionParam::Filename(plain)];
    if !name.is_ascii() {
        let value = name.as_bytes().to_vec();
        let charset = header::Charset::Ext("UTF-8".to_owned());
        parameters.push(DispositionParam::FilenameExt(ExtendedValue { charset, language_tag: None, value }));
    }
    ContentDisposition { disposition: DispositionType::Attachment, parameters }
}
