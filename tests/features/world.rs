//! What one scenario knows: its shop, who is acting, and what has been made so far.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::Value;
use tokio::sync::Mutex;

use crate::support::process::{ADMIN, Shop};
use crate::support::visitor::Visitor;

/// A product that the scenario has made.
#[derive(Debug, Clone)]
pub struct Product {
    pub handle: String,
    pub sku: String,
    pub digital: bool,
    pub price: String,
}

/// A person with an account.
#[derive(Debug, Clone, Default)]
pub struct Account {
    pub id: String,
    pub email: String,
    pub password: String,
    pub first_name: String,
}

/// An order that the scenario has placed.
#[derive(Debug, Clone)]
pub struct Placed {
    pub id: String,
    pub number: String,
}

#[derive(cucumber::World, Default)]
pub struct World {
    pub shop: Option<Arc<Shop>>,
    /// The browser of the person who acts.
    pub visitor: Option<Visitor>,
    /// The same person as a program.
    pub program: Option<Visitor>,
    pub account: Account,
    pub products: BTreeMap<String, Product>,
    pub orders: Vec<Placed>,
    /// What a step wants a later one to know.
    pub notes: BTreeMap<&'static str, Value>,
}

impl std::fmt::Debug for World {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let page = self.visitor.as_ref().map(|visitor| visitor.page.path.as_str());
        f.debug_struct("World")
            .field("page", &page)
            .field("account", &self.account)
            .field("orders", &self.orders)
            .finish_non_exhaustive()
    }
}

static ADMIN_TOKENS: Mutex<BTreeMap<String, String>> = Mutex::const_new(BTreeMap::new());

static COUNTER: AtomicU64 = AtomicU64::new(0);

/// A number that no other scenario of this run has.
pub fn number() -> u64 {
    COUNTER.fetch_add(1, Ordering::SeqCst) + 1
}

impl World {
    pub fn shop(&self) -> Arc<Shop> {
        Arc::clone(self.shop.as_ref().expect("every scenario has a shop"))
    }

    /// The browser of the person who acts; a new one if there is none yet.
    pub fn visitor(&mut self) -> &mut Visitor {
        let base = self.shop().url("");
        self.visitor.get_or_insert_with(|| Visitor::new(&base))
    }

    /// The acting customer as a program.
    pub async fn program(&mut self) -> &Visitor {
        if self.program.is_none() {
            let mut program = Visitor::new(&self.shop().url(""));
            program.log_in(&self.account.email, &self.account.password).await;
            self.program = Some(program);
        }
        self.program.as_ref().expect("just logged in")
    }

    /// An administrator as a program.
    pub async fn admin(&self) -> Visitor {
        let mut admin = Visitor::new(&self.shop().url(""));
        // They log in once in each shop: an account at which many knock at the same moment is made to wait.
        let mut tokens = ADMIN_TOKENS.lock().await;
        let known = tokens.get(admin.base()).cloned();
        admin.token = known;
        if admin.token.is_none() {
            admin.log_in(ADMIN.0, ADMIN.1).await;
            tokens.extend(admin.token.clone().map(|token| (admin.base().to_owned(), token)));
        }
        admin
    }

    /// An administrator at their browser.
    pub async fn admin_browser(&self) -> Visitor {
        let mut browser = Visitor::new(&self.shop().url(""));
        browser.visit("/login").await;
        browser.submit("/login", &[("email", ADMIN.0), ("password", ADMIN.1)]).await;
        assert!(browser.page.has("admin-link"), "{}", browser.page.body);
        browser
    }

    pub fn product(&self, title: &str) -> Product {
        self.products.get(title).cloned().unwrap_or_else(|| panic!("no product {title:?} was given"))
    }

    pub fn order(&self) -> Placed {
        self.orders.last().cloned().expect("an order was placed")
    }

    /// The last order, as its customer's program sees it now.
    pub async fn order_now(&mut self) -> Value {
        let path = format!("/api/order/v1/orders/{}", self.order().id);
        self.program().await.get(&path).await
    }
}
