//! A whole customer context behind the real edge, on a throw-away database of either engine, with a clock that the test
//! moves.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use actix_web::http::header::HeaderMap;
use actix_web::middleware::from_fn;
use actix_web::test::TestRequest;
use actix_web::{App, test, web};
use chassis::ContextModule as _;
use chassis::Platform;
use chassis::messaging::SqlMessages;
use chassis::sql::Database;
use chassis::testing::{FixedClock, Leftovers, MemoryMailer, drive, platform_on, postgres, sqlite};
use chassis::web::signed::{PrivateKey, Signer};
use chassis::web::{Edge, EdgeSettings, guard};
use customer::adapters::outbound::sql::MIGRATIONS;
use customer::{CustomerModule, CustomerSettings, NewUser};
use serde_json::Value;
use shared_kernel::{Clock, CustomerId, Role};
use utoipa_actix_web::AppExt;

type Call = dyn Fn(TestRequest) -> Pin<Box<dyn Future<Output = Got>>>;

pub const PASSWORD: &str = "correct horse battery";

/// A shop with one context. Its test fails if messages are left undelivered or dead.
pub struct TestShop {
    pub module: CustomerModule,
    pub platform: Platform,
    pub clock: Arc<FixedClock>,
    pub mailer: Arc<MemoryMailer>,
    leftovers: Leftovers,
    call: Box<Call>,
}

/// Signs the identities of this shop.
pub fn signing_key() -> PrivateKey {
    PrivateKey::parse(&"A".repeat(43)).unwrap()
}

/// An answer, read to its end.
pub struct Got {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Got {
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

impl TestShop {
    pub async fn on_sqlite() -> Self {
        Self::on(sqlite("customer", MIGRATIONS).await).await
    }

    /// None where there is no PostgreSQL.
    pub async fn on_postgres() -> Option<Self> {
        match postgres("customer", MIGRATIONS).await {
            Some(database) => Some(Self::on(database).await),
            None => None,
        }
    }

    async fn on(database: Database) -> Self {
        let clock = Arc::new(FixedClock::at("2026-11-22T12:00:00Z"));
        let mailer = Arc::new(MemoryMailer::default());
        let mut platform = platform_on(database);
        (platform.clock, platform.mailer) = (clock.clone(), mailer.clone());
        let module = CustomerModule::start(CustomerSettings::default(), platform.clone()).await.unwrap();
        let edge = EdgeSettings {
            csrf_key: [7; 32],
            base_url: platform.site.base_url.clone(),
            cookies_of_session: vec!["cart", "cart_count"],
            ..EdgeSettings::default()
        };
        let edge = Edge::new(edge, module.authenticator(), platform.ids.clone());
        let app = App::new()
            .into_utoipa_app()
            .configure(|config| module.register_api(config))
            .into_app()
            .configure(|config| module.register_pages(config));
        let app = app.configure(module.identity(Arc::new(Signer::new(&signing_key(), clock.clone()))));
        let app = app.app_data(web::Data::new(edge)).wrap(from_fn(guard));
        let app = std::rc::Rc::new(test::init_service(app).await);
        let call = move |request: TestRequest| -> Pin<Box<dyn Future<Output = Got>>> {
            let app = app.clone();
            Box::pin(async move {
                let request = request.peer_addr("127.0.0.1:9".parse().unwrap()).to_request();
                let answer = test::call_service(&*app, request).await;
                let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
                Got { status, headers, body: test::read_body(answer).await.to_vec() }
            })
        };
        Self { module, platform, clock, mailer, leftovers: Leftovers::default(), call: Box::new(call) }
    }

    pub async fn call(&self, request: TestRequest) -> Got {
        (self.call)(request).await
    }

    /// Lets everything happen that is due.
    pub async fn settle(&self) {
        let clock: Arc<dyn Clock> = self.clock.clone();
        drive(&self.platform.database, &clock, &self.module.subscriptions()).await;
        self.leftovers.look(&SqlMessages::new(self.platform.database.clone(), clock)).await;
    }

    /// The token in the newest mail.
    pub async fn mailed_token(&self) -> String {
        self.settle().await;
        let mail = self.mailer.sent().pop().expect("a mail");
        let from = mail.text.find("?token=").expect("a link") + "?token=".len();
        mail.text[from..].split_whitespace().next().unwrap().to_owned()
    }

    pub fn advance(&self, span: Duration) {
        self.clock.advance(span);
    }

    pub async fn user(&self, email: &str, role: Role) -> CustomerId {
        self.module.create_user(user(email, PASSWORD, role, true)).await.unwrap()
    }
}

/// Runs tests that want a shop on every engine.
macro_rules! on_both_engines {
    ($($test:ident)*) => {
        mod on_sqlite { $(
            #[actix_web::test]
            async fn $test() {
                let shop = crate::shop::TestShop::on_sqlite().await;
                super::$test(&shop).await;
                shop.settle().await;
            }
        )* }
        mod on_postgres { $(
            #[actix_web::test]
            async fn $test() {
                if let Some(shop) = crate::shop::TestShop::on_postgres().await {
                    super::$test(&shop).await;
                    shop.settle().await;
                }
            }
        )* }
    };
}
pub(crate) use on_both_engines;

/// A user whom the operator creates.
pub fn user<'a>(email: &'a str, password: &str, role: Role, verified: bool) -> NewUser<'a> {
    NewUser { email, password: password.into(), name: ("Aroha", "Ngata"), role, verified, reset_password: false }
}
