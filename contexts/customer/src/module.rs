//! Builds the context: adapters for its ports, use cases over them, and what it hands to the app.

use std::sync::Arc;

use actix_web::web;
use chassis::mail::Mailer;
use chassis::messaging::{Job, PublishedEvent, Recorder, Subscription};
use chassis::sql::Migration;
use chassis::web::Authenticator;
use chassis::web::signed::Signer;
use chassis::{Platform, Site};
use secrecy::SecretString;
use shared_kernel::{CustomerId, Role, StoreError};

use crate::adapters::inbound::{api, identity, jobs, pages, tasks};
use crate::adapters::outbound::argon2::Argon2Hasher;
use crate::adapters::outbound::identity_cache::IdentityCache;
use crate::adapters::outbound::mail::LetterWriter;
use crate::adapters::outbound::publish::PUBLISHED;
use crate::adapters::outbound::sql::{MIGRATIONS, SqlCustomers};
use crate::application::{CreateUserCommand, CreateUserError, EraseCustomerError, Ports, Stores, UseCases};
use crate::domain::{EmailAddress, FieldError, PersonName};
use crate::settings::CustomerSettings;

/// The running context.
pub struct CustomerModule {
    store: SqlCustomers,
    use_cases: UseCases,
    site: Arc<Site>,
    mailer: Arc<dyn Mailer>,
}

impl CustomerModule {
    /// The steps that make the context's tables.
    pub const MIGRATIONS: &[Migration] = MIGRATIONS;

    /// The facts that it states to others.
    pub const PUBLISHED: &[PublishedEvent] = PUBLISHED;

    /// The path of [`Self::identity`], asked once for every request of the shop.
    pub const IDENTITY: &str = identity::PATH;

    /// Brings the tables up to date and connects everything.
    pub async fn start(settings: CustomerSettings, platform: Platform) -> Result<Self, StoreError> {
        let Platform { database, clock, ids, mailer, site } = platform;
        SqlCustomers::migrate(&database).await?;
        let store = SqlCustomers::new(database, Recorder::new("customer", clock.clone(), ids.clone()));
        let stores = Stores::of(&Arc::new(store.clone()));
        let (accounts, sessions, keys) = (stores.accounts.clone(), stores.sessions.clone(), stores.keys.clone());
        let span = settings.remember_identities;
        let cache = Arc::new(IdentityCache::new(accounts, sessions, keys, clock.clone(), span));
        let (hashes, waiting) = (settings.hashes_at_once, settings.hashes_waiting);
        let (verification, reset) = (settings.links.verification, settings.links.reset);
        let ports = Ports {
            stores: Stores { accounts: cache.clone(), sessions: cache.clone(), keys: cache, ..stores },
            hasher: Arc::new(Argon2Hasher::new(hashes, waiting, ids.clone())),
            mailer: Arc::new(LetterWriter::new(mailer.clone(), site.clone(), verification, reset)),
            clock,
            ids,
        };
        let use_cases = UseCases::new(&ports, &settings);
        Ok(Self { store, use_cases, site: Arc::new(site), mailer })
    }

    /// Every record, without a personal datum, for the audit.
    pub async fn audit(&self) -> Result<Vec<serde_json::Value>, StoreError> {
        self.store.audit().await
    }

    /// The ids of erased customers, in the order in which they were erased.
    pub async fn erased(&self) -> Result<Vec<CustomerId>, StoreError> {
        self.store.erased().await
    }

    /// Erases a customer by order of the shop's operator; `false` if there is no such customer (any more). An
    /// administrator is not erased.
    pub async fn erase(&self, customer: CustomerId) -> Result<bool, EraseCustomerError> {
        match self.use_cases.erase_customer.by_request(customer).await {
            Ok(()) => Ok(true),
            Err(EraseCustomerError::NoSuchCustomer) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Name and e-mail address of an account; `None` if it was deleted or never existed.
    pub async fn find(&self, customer: CustomerId) -> Result<Option<(PersonName, EmailAddress)>, StoreError> {
        let found = self.use_cases.account_queries.customer(customer).await?;
        Ok(found.map(|customer| (customer.name().clone(), customer.email().clone())))
    }

    /// Tells the edge who is asking.
    pub fn authenticator(&self) -> Arc<dyn Authenticator> {
        self.use_cases.authenticate.clone()
    }

    /// Where the gateway of a shop in several processes asks who is asking; see [`Self::IDENTITY`].
    pub fn identity(&self, signer: Arc<Signer>) -> impl FnOnce(&mut web::ServiceConfig) + Clone + use<> {
        let authenticate = self.use_cases.authenticate.clone();
        move |config| identity::configure(authenticate, signer, config)
    }

    /// Creates a user by order of the shop's operator. An existing user with that address is raised to the role and, if
    /// `verified`, marked as verified; password and name stay. So it may be repeated at every start.
    pub async fn create_user(&self, user: NewUser<'_>) -> Result<CustomerId, CreateUserFailure> {
        let command = CreateUserCommand {
            email: EmailAddress::parse(user.email)?,
            password: user.password,
            name: PersonName::parse(user.name.0, user.name.1)?,
            role: user.role,
            verified: user.verified,
            reset_password: user.reset_password,
        };
        Ok(self.use_cases.create_user.execute(command).await?)
    }
}

/// Whom the operator enters.
pub struct NewUser<'a> {
    /// The address.
    pub email: &'a str,
    /// The password of a new user.
    pub password: SecretString,
    /// First and last name of a new user.
    pub name: (&'a str, &'a str),
    /// The least role from now on.
    pub role: Role,
    /// Whether the operator vouches for the address.
    pub verified: bool,
    /// Whether an existing user gets the password, too; their sessions end.
    pub reset_password: bool,
}

/// Why no user was created.
#[derive(Debug, thiserror::Error)]
pub enum CreateUserFailure {
    /// The operator's fault.
    #[error(transparent)]
    Invalid(#[from] FieldError),
    /// Ours.
    #[error(transparent)]
    Failed(#[from] CreateUserError),
}

#[async_trait::async_trait]
impl chassis::ContextModule for CustomerModule {
    fn register_api(&self, config: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
        api::routes::configure(&self.use_cases, &self.site, config);
    }

    /// The pages: `/signup`, `/verify`, `/login`, `/logout`, `/reset`, `/profile` and what is
    /// below them, `/admin/customers`.
    fn register_pages(&self, config: &mut web::ServiceConfig) {
        pages::routes::configure(&self.use_cases, &self.site, config);
    }

    /// Its consumers: it writes mails that it ordered itself, and hears nothing from others.
    fn subscriptions(&self) -> Vec<Subscription> {
        let mut all = tasks::subscriptions(self.use_cases.send_account_mail.clone());
        all.push(chassis::mail::forget::subscription(self.mailer.clone()));
        all
    }

    fn published_events(&self) -> &'static [PublishedEvent] {
        Self::PUBLISHED
    }

    fn jobs(&self) -> Vec<Job> {
        jobs::jobs(self.use_cases.sweep.clone())
    }

    async fn write_audit(&self, to: &chassis::messaging::AuditSink) -> Result<(), StoreError> {
        chassis::messaging::send_records(self.audit().await?, to).await;
        Ok(())
    }
}
