//! `/admin/customers`: administrators look people up and appoint staff.

use actix_web::{HttpResponse, get, post, web};
use askama::Template;
use chassis::Site;
use chassis::security::{SecurityEvent, SecurityTrail};
use chassis::web::{Admin, ConfirmedAdmin, CsrfForm, Flash, PageError, PageFrame, page, see_other_with};
use serde::Deserialize;
use shared_kernel::{CustomerId, Limit, Role};

use super::NoFields;
use crate::adapters::inbound::messages::Correctable;
use crate::adapters::inbound::security::note_role;
use crate::application::change_role::ChangeRole;
use crate::application::sessions::ManageSessions;
use crate::application::view_customers::ViewCustomers;
use crate::domain::Customer;
use crate::ports::CustomerQuery;

#[derive(Template)]
#[template(path = "customer/admin_customers.html")]
struct CustomersPage {
    frame: PageFrame,
    q: String,
    customers: Vec<CustomerRow>,
    /// Empty on the last page.
    next: String,
}

struct CustomerRow {
    id: String,
    name: String,
    email: String,
    verified: bool,
    since: String,
    roles: Vec<RoleOption>,
    /// Administrators do not change their own role.
    is_own: bool,
}

struct RoleOption {
    name: &'static str,
    chosen: bool,
}

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
    (view, site): (web::Data<ViewCustomers>, web::Data<Site>),
    frame: PageFrame,
    who: Admin,
    query: web::Query<ListQuery>,
) -> Result<HttpResponse, PageError> {
    let q: String = query.q.chars().take(100).collect();
    let after = CustomerId::parse(&query.after).ok();
    let found = view.page(&CustomerQuery { text: q.clone(), limit: Limit::DEFAULT, after }).await?;
    let customers = found.items.iter().map(|customer| row(customer, who.0.customer, &site)).collect();
    page(&CustomersPage { frame, q, customers, next: found.next_cursor.unwrap_or_default() })
}

fn row(customer: &Customer, admin: CustomerId, site: &Site) -> CustomerRow {
    let all = [Role::Customer, Role::Staff, Role::Admin];
    let roles = all.map(|role| RoleOption { name: role.name(), chosen: role == customer.role() });
    CustomerRow {
        id: customer.id().to_string(),
        name: format!("{} {}", customer.name().first(), customer.name().last()),
        email: customer.email().as_str().to_owned(),
        verified: customer.is_verified(),
        since: customer.registered_at().format_in(&site.time_zone),
        roles: roles.into(),
        is_own: customer.id() == admin,
    }
}

#[post("/admin/customers/{id}/role")]
pub(super) async fn change_role(
    appoint: web::Data<ChangeRole>,
    who: ConfirmedAdmin,
    trail: SecurityTrail,
    id: web::Path<String>,
    form: CsrfForm<RoleForm>,
) -> Result<HttpResponse, PageError> {
    let id = CustomerId::parse(&id).map_err(|_| PageError::NotFound)?;
    let role = Role::parse(&form.0.role).ok_or_else(|| PageError::Invalid("There is no such role.".to_owned()))?;
    match appoint.execute(id, role, who.0.customer).await.map_err(Correctable::from) {
        Ok(appointed) => {
            note_role(&trail, &appointed).await;
            let words = format!("{} is {} now.", appointed.customer.email(), role.name());
            Ok(see_other_with("/admin/customers", Flash::notice(words)))
        }
        Err(Correctable::Say(_, words)) => Ok(see_other_with("/admin/customers", Flash::error(words.join(" ")))),
        Err(Correctable::Wait(_)) => Err(PageError::TooMany),
        Err(Correctable::Page(error)) => Err(error),
    }
}

#[post("/admin/customers/{id}/sessions/end")]
pub(super) async fn end_sessions(
    sessions: web::Data<ManageSessions>,
    _who: Admin,
    trail: SecurityTrail,
    id: web::Path<String>,
    _form: CsrfForm<NoFields>,
) -> Result<HttpResponse, PageError> {
    let id = CustomerId::parse(&id).map_err(|_| PageError::NotFound)?;
    if !sessions.end_all(id).await? {
        return Err(PageError::NotFound);
    }
    trail.note(SecurityEvent::SessionsEnded, &format!("customer/{id}")).await;
    Ok(see_other_with("/admin/customers", Flash::notice("The customer was logged out on all devices.")))
}
