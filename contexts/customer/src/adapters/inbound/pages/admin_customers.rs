//! `/admin/customers`: administrators look people up and change their roles.

use actix_web::{HttpResponse, get, post, web};
use chassis::Site;
use chassis::security::{SecurityEvent, SecurityTrail};
use chassis::web::{Admin, ConfirmedAdmin, CsrfForm, Flash, PageError, PageFrame, page, see_other_with};
use serde::Deserialize;
use shared_kernel::{CustomerId, Limit, Role};

use super::forms::NoFields;
use super::messages::{FormError, LOGGED_OUT_EVERYWHERE, NO_SUCH_ROLE, role_changed};
use super::view_models::{CustomerRow, CustomersPage};
use crate::adapters::inbound::security_log::note_role;
use crate::application::{AccountQueries, ChangeRole, EndSessions};
use crate::ports::CustomerQuery;

const PATH: &str = "/admin/customers";

/// Which customers to show.
#[derive(Deserialize)]
pub(super) struct ListQuery {
    #[serde(default)]
    q: String,
    #[serde(default)]
    after: String,
}

/// What the form of a row sends.
#[derive(Deserialize)]
pub(super) struct RoleForm {
    role: String,
}

#[get("/admin/customers")]
pub(super) async fn list(
    (accounts, site): (web::Data<AccountQueries>, web::Data<Site>),
    frame: PageFrame,
    who: Admin,
    query: web::Query<ListQuery>,
) -> Result<HttpResponse, PageError> {
    let q: String = query.q.chars().take(100).collect();
    let after = CustomerId::parse(&query.after).ok();
    let found = accounts.customers(&CustomerQuery { text: q.clone(), limit: Limit::DEFAULT, after }).await?;
    let customers = found.items.iter().map(|customer| CustomerRow::of(customer, who.0.customer, &site)).collect();
    page(&CustomersPage { frame, q, customers, next: found.next_cursor.unwrap_or_default() })
}

#[post("/admin/customers/{id}/role")]
pub(super) async fn change_role(
    change: web::Data<ChangeRole>,
    who: ConfirmedAdmin,
    trail: SecurityTrail,
    id: web::Path<String>,
    form: CsrfForm<RoleForm>,
) -> Result<HttpResponse, PageError> {
    let id = CustomerId::parse(&id).map_err(|_| PageError::NotFound)?;
    let role = Role::parse(&form.0.role).ok_or_else(|| PageError::Invalid(NO_SUCH_ROLE.to_owned()))?;
    match change.execute(id, role, who.0.customer).await {
        Ok(change) => {
            note_role(&trail, &change).await;
            Ok(see_other_with(PATH, Flash::notice(role_changed(change.customer.email(), role))))
        }
        Err(error) => FormError::from(error).flash(PATH),
    }
}

#[post("/admin/customers/{id}/sessions/end")]
pub(super) async fn end_sessions(
    sessions: web::Data<EndSessions>,
    _who: Admin,
    trail: SecurityTrail,
    id: web::Path<String>,
    _form: CsrfForm<NoFields>,
) -> Result<HttpResponse, PageError> {
    let id = CustomerId::parse(&id).map_err(|_| PageError::NotFound)?;
    if !sessions.all(id).await? {
        return Err(PageError::NotFound);
    }
    trail.note(SecurityEvent::SessionsEnded, &format!("customer/{id}")).await;
    Ok(see_other_with(PATH, Flash::notice(LOGGED_OUT_EVERYWHERE)))
}
