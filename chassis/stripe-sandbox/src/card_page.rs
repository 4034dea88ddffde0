//! The hosted card page `/pay/{intent or session}`: card form, authentication step, and the way back to the shop.
//!
//! Who knows an intent's id may pay it, and see its amount and description; nothing else of it is shown. The way back is
//! a path of this shop only. Card data goes from the form into the attempt and is forgotten.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use chassis_web::{CsrfForm, PageError, PageFrame, local_path, page, page_with, see_other};
use serde::Deserialize;

use crate::core::Core;
use crate::domain::attempt::Failure;
use crate::domain::card::{CardDetails, CardMistake, Expiry};
use crate::domain::checkout::{Session, SessionStatus};
use crate::domain::currency::shown;
use crate::domain::intent::Intent;
use crate::domain::method::Method;
use crate::domain::object_id;
use crate::errors::failure_fields;
use crate::intents::{AuthenticateIntent, ConfirmIntent};
use crate::objects::Origin;

/// The routes of the page.
pub(crate) fn routes(core: web::Data<Core>) -> impl FnOnce(&mut web::ServiceConfig) + Clone {
    move |config| {
        let card = web::resource("/pay/{id}").app_data(core.clone());
        let authentication = web::resource("/pay/{id}/authenticate").app_data(core);
        config
            .service(card.route(web::get().to(show)).route(web::post().to(pay)))
            .service(authentication.route(web::post().to(authenticate)));
    }
}

#[derive(Deserialize)]
struct Query {
    return_url: Option<String>,
}

#[derive(Deserialize)]
struct CardForm {
    number: String,
    expiry: String,
    cvc: String,
    #[serde(default)]
    return_url: String,
}

#[derive(Deserialize)]
struct AuthenticationForm {
    outcome: Outcome,
    #[serde(default)]
    return_url: String,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Outcome {
    Approve,
    Fail,
}

async fn show(
    core: web::Data<Core>,
    id: web::Path<String>,
    query: web::Query<Query>,
    frame: PageFrame,
) -> Result<HttpResponse, PageError> {
    let query = query.into_inner().return_url.unwrap_or_default();
    let visit = CardPageVisit::load(&core, &id, &query).await?;
    visit.answer(frame, Moment::Arrived)
}

async fn pay(
    core: web::Data<Core>,
    id: web::Path<String>,
    frame: PageFrame,
    form: CsrfForm<CardForm>,
) -> Result<HttpResponse, PageError> {
    let form = form.into_inner();
    let visit = CardPageVisit::load(&core, &id, &form.return_url).await?;
    if visit.is_closed() {
        return visit.answer(frame, Moment::Arrived);
    }
    let expiry = Expiry::parse(&form.expiry);
    let card = expiry
        .and_then(|expiry| CardDetails::check(&form.number, Some(expiry), Some(form.cvc.trim()), core.clock.now()));
    let card = match card {
        Ok(card) => card,
        Err(mistake) => return visit.form(frame, Some(mistake), None),
    };
    let command = ConfirmIntent {
        id: visit.intent.id().to_owned(),
        client_secret: None,
        method: Some(Method::of_card(&card, object_id("pm", core.ids.uuid()))),
        return_url: visit.back.clone(),
    };
    core.execute(Origin::default(), None, std::sync::Arc::new(command)).await?;
    CardPageVisit::load(&core, &id, &form.return_url).await?.answer(frame, Moment::Tried)
}

async fn authenticate(
    core: web::Data<Core>,
    id: web::Path<String>,
    frame: PageFrame,
    form: CsrfForm<AuthenticationForm>,
) -> Result<HttpResponse, PageError> {
    let form = form.into_inner();
    let visit = CardPageVisit::load(&core, &id, &form.return_url).await?;
    let command = AuthenticateIntent { id: visit.intent.id().to_owned(), approved: form.outcome == Outcome::Approve };
    core.execute(Origin::default(), None, std::sync::Arc::new(command)).await?;
    CardPageVisit::load(&core, &id, &form.return_url).await?.answer(frame, Moment::Tried)
}

/// What the visitor came for, and where they go afterwards.
struct CardPageVisit {
    /// The last part of the page's path: the intent's id, or the session's.
    id: String,
    intent: Intent,
    session: Option<Session>,
    /// A path of this shop.
    back: Option<String>,
}

/// Whether the visitor has just come, or has just tried to pay.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Moment {
    Arrived,
    Tried,
}

impl CardPageVisit {
    async fn load(core: &Core, id: &str, return_url: &str) -> Result<Self, PageError> {
        let session = if id.starts_with("cs_") { core.store.session(id).await? } else { None };
        let intent = session.as_ref().map_or(id, |session| &session.intent);
        let intent = core.store.intent(intent).await?.ok_or(PageError::NotFound)?;
        let back = match (&session, return_url) {
            (Some(session), _) => own_path(&session.success_target(), &core.settings.base_url),
            (None, "") => None,
            (None, url) => Some(own_path(url, &core.settings.base_url).ok_or_else(foreign_return)?),
        };
        Ok(Self { id: id.to_owned(), intent, session, back })
    }

    fn is_closed(&self) -> bool {
        self.session.as_ref().is_some_and(|session| session.status == SessionStatus::Expired)
    }

    /// The page, or the way back, that fits the intent's state.
    fn answer(&self, frame: PageFrame, moment: Moment) -> Result<HttpResponse, PageError> {
        match self.intent.status() {
            "succeeded" => self.leave(frame, "succeeded"),
            "processing" => self.leave(frame, "pending"),
            "canceled" => self.closed(frame),
            _ if self.is_closed() => self.closed(frame),
            "requires_action" if moment == Moment::Tried => Ok(see_other(&self.own_address())),
            "requires_action" => self.authentication(frame),
            _ if moment == Moment::Tried && self.session.is_none() && self.back.is_some() => {
                self.leave(frame, "failed")
            }
            _ if moment == Moment::Tried => {
                let failure = self.intent.last_failure().map(|last| last.failure);
                self.form(frame, None, failure)
            }
            _ => self.form(frame, None, None),
        }
    }

    /// Sends the buyer back to the shop, or tells them that they are done if no return address was given.
    fn leave(&self, frame: PageFrame, status: &'static str) -> Result<HttpResponse, PageError> {
        match &self.back {
            None => self.done(frame, status),
            Some(back) if self.session.is_some() => Ok(see_other(back)),
            Some(back) => Ok(see_other(&self.way_back(back, status))),
        }
    }

    /// The return address with the news, as Stripe adds them.
    fn way_back(&self, back: &str, status: &str) -> String {
        let (address, fragment) = back.split_once('#').map_or((back, None), |(address, end)| (address, Some(end)));
        let joint = if address.contains('?') { '&' } else { '?' };
        let fragment = fragment.map_or_else(String::new, |end| format!("#{end}"));
        let intent = self.intent.id();
        format!("{address}{joint}payment_intent={intent}&redirect_status={status}{fragment}")
    }

    fn own_address(&self) -> String {
        let address = format!("http://localhost/pay/{}", self.id);
        let query = self.back.iter().filter(|_| self.session.is_none()).map(|back| ("return_url", back.as_str()));
        let Ok(url) = reqwest::Url::parse_with_params(&address, query) else { return format!("/pay/{}", self.id) };
        url.query()
            .filter(|query| !query.is_empty())
            .map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()))
    }

    fn summary(&self) -> Summary {
        let return_url = self.back.clone().filter(|_| self.session.is_none()).unwrap_or_default();
        let cancel_url = match &self.session {
            Some(session) => session.cancel_url.clone(),
            None => self.back.as_ref().map(|back| self.way_back(back, "canceled")),
        };
        Summary {
            id: self.id.clone(),
            amount: shown(self.intent.amount()),
            description: self.intent.details().description.clone().unwrap_or_default(),
            return_url,
            cancel_url,
        }
    }

    fn form(
        &self,
        frame: PageFrame,
        mistake: Option<CardMistake>,
        failure: Option<Failure>,
    ) -> Result<HttpResponse, PageError> {
        let failed = failure.map(failure_fields).and_then(|fields| Some(fields.get("message")?.as_str()?.to_owned()));
        let error = mistake.map(|mistake| mistake.message().to_owned()).or(failed).unwrap_or_default();
        let status = match (mistake, failure) {
            (Some(_), _) => StatusCode::UNPROCESSABLE_ENTITY,
            (None, Some(_)) => StatusCode::PAYMENT_REQUIRED,
            (None, None) => StatusCode::OK,
        };
        let wrong = match mistake.map(CardMistake::field) {
            Some("exp_month" | "exp_year") => "expiry",
            Some(field) => field,
            None => "",
        };
        let card = CardPage { frame, payment: self.summary(), error, wrong, hints: &HINTS };
        page_with(status, &card).map(uncached)
    }

    fn authentication(&self, frame: PageFrame) -> Result<HttpResponse, PageError> {
        let card = self.intent.method().map(|method| format!("{} •••• {}", brand(method), method.last4()));
        page(&AuthenticationPage { frame, payment: self.summary(), card: card.unwrap_or_default() }).map(uncached)
    }

    fn done(&self, frame: PageFrame, status: &'static str) -> Result<HttpResponse, PageError> {
        let (heading, text) = match status {
            "succeeded" => ("Payment received", "Thank you. Your payment has gone through."),
            _ => ("Payment under way", "Your payment is being processed. You will hear from the shop."),
        };
        let onward = self.session.as_ref().map(Session::success_target);
        page(&EndPage { frame, payment: self.summary(), good: true, heading, text, onward }).map(uncached)
    }

    fn closed(&self, frame: PageFrame) -> Result<HttpResponse, PageError> {
        let onward =
            self.back.clone().filter(|_| self.session.is_none()).or_else(|| self.session.as_ref()?.cancel_url.clone());
        let text = "This payment was cancelled or has expired. Nothing was taken from your card.";
        let end =
            EndPage { frame, payment: self.summary(), good: false, heading: "This payment is closed", text, onward };
        page_with(StatusCode::GONE, &end).map(uncached)
    }
}

fn uncached(mut response: HttpResponse) -> HttpResponse {
    use actix_web::http::header::{CACHE_CONTROL, HeaderValue};
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// The address as a path of this shop, whether it was written with the shop's origin or without it.
fn own_path(url: &str, base_url: &str) -> Option<String> {
    let path = url.strip_prefix(base_url).filter(|path| !base_url.is_empty() && path.starts_with('/')).unwrap_or(url);
    local_path(path).map(str::to_owned)
}

fn foreign_return() -> PageError {
    PageError::Invalid("The return address is not one of this shop.".to_owned())
}

fn brand(method: &Method) -> &'static str {
    match method.brand() {
        "visa" => "Visa",
        "mastercard" => "Mastercard",
        "amex" => "American Express",
        _ => "Card",
    }
}

/// What all pages of the provider show of the payment.
struct Summary {
    id: String,
    amount: String,
    description: String,
    /// Empty for none.
    return_url: String,
    /// Where a buyer who cancels is sent.
    cancel_url: Option<String>,
}

/// A test card and what it does, for the hints beside the form.
struct Hint {
    number: &'static str,
    effect: &'static str,
}

const HINTS: [Hint; 4] = [
    Hint { number: "4242 4242 4242 4242", effect: "pays" },
    Hint { number: "4000 0000 0000 0002", effect: "is declined" },
    Hint { number: "4000 0000 0000 9995", effect: "has insufficient funds" },
    Hint { number: "4000 0025 0000 3155", effect: "asks for authentication" },
];

#[derive(Template)]
#[template(path = "sandbox/card.html")]
struct CardPage {
    frame: PageFrame,
    payment: Summary,
    /// Empty for none.
    error: String,
    /// The name of the field that has to be corrected; empty for none.
    wrong: &'static str,
    hints: &'static [Hint],
}

#[derive(Template)]
#[template(path = "sandbox/authenticate.html")]
struct AuthenticationPage {
    frame: PageFrame,
    payment: Summary,
    card: String,
}

#[derive(Template)]
#[template(path = "sandbox/end.html")]
struct EndPage {
    frame: PageFrame,
    payment: Summary,
    good: bool,
    heading: &'static str,
    text: &'static str,
    onward: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_back_is_a_path_of_this_shop() {
        let shop = "https://shop.example";
        assert_eq!(own_path("/orders/7?x=1", shop).as_deref(), Some("/orders/7?x=1"));
        assert_eq!(own_path("https://shop.example/orders/7", shop).as_deref(), Some("/orders/7"));
        for foreign in [
            "https://evil.example/",
            "https://shop.example.evil/",
            "https://shop.example@evil/",
            "//evil",
            "orders",
            "/\\evil",
        ] {
            assert_eq!(own_path(foreign, shop), None, "{foreign}");
        }
        assert_eq!(own_path("https://evil.example/", ""), None);
    }
}
