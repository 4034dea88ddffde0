//! A catalogue behind an edge, and people who ask it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use actix_web::cookie::Cookie;
use actix_web::http::header;
use actix_web::middleware::from_fn;
use actix_web::test::TestRequest;
use actix_web::{App, test, web};
use catalogue::CatalogueModule;
use catalogue::adapters::outbound::sql::MIGRATIONS;
use chassis::ContextModule as _;
use chassis::Platform;
use chassis::messaging::{Inbox, Outbox, SqlMessages};
use chassis::sql::Database;
use chassis::testing::{Leftovers, drive, platform_on, postgres, sqlite};
use chassis::web::testing::{KnownPeople, VISITOR, edge, form_token, somebody};
use serde_json::Value;
use shared_kernel::{Envelope, Role};
use utoipa_actix_web::AppExt;

/// Tokens of the people that the shop knows.
pub const STAFF: &str = "staff-token";
pub const CUSTOMER: &str = "customer-token";

/// A catalogue of its own for one test, which fails if messages are left undelivered or dead.
pub struct TestShop {
    pub module: CatalogueModule,
    pub platform: Platform,
    pub leftovers: Leftovers,
}

impl TestShop {
    pub async fn on_sqlite() -> Self {
        Self::on(sqlite("catalogue", MIGRATIONS).await).await
    }

    /// None where there is no PostgreSQL.
    pub async fn on_postgres() -> Option<Self> {
        match postgres("catalogue", MIGRATIONS).await {
            Some(database) => Some(Self::on(database).await),
            None => None,
        }
    }

    /// A shop on that database, with a clock that stands still.
    pub async fn on(database: Database) -> Self {
        Self::over(platform_on(database)).await
    }

    pub async fn over(platform: Platform) -> Self {
        let module = CatalogueModule::start(platform.clone()).await.unwrap();
        Self { module, platform, leftovers: Leftovers::default() }
    }

    /// The same with a few products.
    pub async fn stocked(self) -> Self {
        let outcome = self.module.import_products(PRODUCTS.as_bytes().to_vec(), false).await.unwrap();
        assert_eq!((outcome.created, outcome.failed), (4, 0), "{outcome}");
        self
    }

    pub fn messages(&self) -> SqlMessages {
        SqlMessages::new(self.platform.database.clone(), Arc::clone(&self.platform.clock))
    }

    /// Brings facts of fulfilment, and lets happen what follows from them. Answers how many are new.
    pub async fn hear(&self, facts: &[Envelope]) -> u64 {
        let (messages, subscriptions) = (self.messages(), self.module.subscriptions());
        let accepted = messages.accept(subscriptions[0].consumer(), facts).await.unwrap();
        drive(&self.platform.database, &self.platform.clock, &subscriptions).await;
        self.leftovers.look(&messages).await;
        accepted
    }

    pub async fn published(&self) -> Vec<Envelope> {
        self.messages().after(0, 10_000, None).await.unwrap().into_iter().filter_map(|row| row.envelope).collect()
    }

    /// Asks the shop one thing.
    pub async fn ask(&self, request: TestRequest) -> Answer {
        let people =
            KnownPeople::default().and(STAFF, somebody(1, Role::Staff)).and(CUSTOMER, somebody(2, Role::Customer));
        let app = App::new()
            .into_utoipa_app()
            .map(|app| app.app_data(web::Data::new(edge(people))).wrap(from_fn(chassis::web::guard)))
            .configure(|config| self.module.register_api(config))
            .into_app()
            .configure(|config| self.module.register_pages(config));
        let app = test::init_service(app).await;
        let response = test::call_service(&app, request.to_request()).await;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = test::read_body(response).await.to_vec();
        Answer { status, headers, body }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.ask(TestRequest::get().uri(path)).await
    }

    pub async fn staff_get(&self, path: &str) -> Answer {
        self.ask(as_staff(TestRequest::get().uri(path))).await
    }

    /// Sends a form from one of our own pages, as staff.
    pub async fn post_form(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let token = form_token(Some(STAFF));
        let mut all = vec![("csrf", token.as_str())];
        all.extend_from_slice(fields);
        self.ask(as_staff(TestRequest::post().uri(path)).set_form(all)).await
    }

    /// Sends a form with files from one of our own pages, as staff.
    pub async fn post_multipart(&self, path: &str, csrf: Option<&str>, parts: &[(&str, Option<&str>, &str)]) -> Answer {
        let token = csrf.map_or_else(|| form_token(Some(STAFF)), str::to_owned);
        let mut body = format!("--edge\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n{token}\r\n");
        for (name, file, content) in parts {
            let file = file.map(|file| format!("; filename=\"{file}\"")).unwrap_or_default();
            let lines = ["--edge", &format!("Content-Disposition: form-data; name=\"{name}\"{file}"), "", content, ""];
            body += &lines.join("\r\n");
        }
        body += "--edge--\r\n";
        let request = as_staff(TestRequest::post().uri(path))
            .insert_header((header::CONTENT_TYPE, "multipart/form-data; boundary=edge"))
            .set_payload(body);
        self.ask(request).await
    }
}

fn as_staff(request: TestRequest) -> TestRequest {
    request.cookie(Cookie::new("visitor", VISITOR)).cookie(Cookie::new("sid", STAFF))
}

/// The request with a token in its header.
pub fn with_token(request: TestRequest, token: &str) -> TestRequest {
    request.insert_header((header::AUTHORIZATION, format!("Bearer {token}")))
}

/// What the shop answered.
pub struct Answer {
    pub status: u16,
    headers: header::HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The status and the name of the problem.
    pub fn problem(&self) -> (u16, String) {
        assert_eq!(self.header("content-type"), "application/problem+json", "{}", self.text());
        let kind = self.json()["type"].as_str().unwrap_or_default().to_owned();
        (self.status, kind.rsplit('/').next().unwrap_or_default().to_owned())
    }

    /// How often the page has an element with this test name.
    pub fn count(&self, name: &str) -> usize {
        self.text().matches(&format!("data-test=\"{name}\"")).count()
    }
}

/// The folder of a context's contract.
pub fn contract_of(context: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(context).join("contract")
}

/// Compares with a file of our contract, or writes it when `UPDATE_CONTRACTS=1`.
pub fn assert_golden(file: &str, found: &Value) {
    let path = contract_of("catalogue").join(file);
    let text = format!("{}\n", serde_json::to_string_pretty(found).unwrap());
    if option_env_set("UPDATE_CONTRACTS") {
        std::fs::write(&path, &text).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let kept: Value = serde_json::from_str(&kept).unwrap();
    assert_eq!(&kept, found, "{file} is not what is published; UPDATE_CONTRACTS=1 writes it again");
}

#[expect(clippy::disallowed_methods, reason = "the one setting of the tests, which rewrites golden files")]
fn option_env_set(name: &str) -> bool {
    std::env::var(name).is_ok_and(|value| value == "1")
}

/// Runs tests that want a shop on every engine.
macro_rules! on_both_engines {
    ($($case:ident)*) => {
        chassis::testing::on_both_engines! {
            #[actix_web::test] crate::shop::TestShop::on_sqlite().await, crate::shop::TestShop::on_postgres().await =>
            $($case)*
        }
    };
}
pub(crate) use on_both_engines;

/// Four products: one with two variants, one digital, one out of stock, one draft.
pub const PRODUCTS: &str = "\
handle,title,description,category,kind,status,sku,option1_name,option1_value,price,weight_g,stock,image,attributes
kea-notebook-14,Kea Notebook 14,\"Light & quiet.

Runs <all> day.\",Laptops,physical,active,KEA14-16,Memory,16 GB,1899.00,1250,25,kea-14.svg,Screen=14 inch|Warranty=3 years
kea-notebook-14,,,,physical,,KEA14-32,,32 GB,2299.00,1250,10,,
tui-field-guide,Tūī Field Guide (e-book),Birds of Aotearoa.,Books,digital,active,TUI-EBOOK,,,24.90,0,,,Format=PDF
weka-mug,Weka Mug,,Home & Garden,physical,active,WEKA-MUG,,,19.50,300,0,,
moa-poster,Moa Poster,,Art,physical,draft,MOA-POSTER,,,30,200,5,,
";
