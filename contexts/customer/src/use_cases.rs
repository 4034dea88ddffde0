//! Gives every use case its ports. Knows no adapter.

use std::sync::Arc;

use actix_web::web::Data;
use shared_kernel::{Clock, Ids};

use crate::CustomerSettings;
use crate::application::api_keys::{CreateApiKey, RevokeApiKey};
use crate::application::appoint::Appoint;
use crate::application::authenticate::Authenticate;
use crate::application::change_password::ChangePassword;
use crate::application::create_user::CreateUser;
use crate::application::edit_profile::EditProfile;
use crate::application::erase_customer::EraseCustomer;
use crate::application::log_in::LogIn;
use crate::application::log_out::LogOut;
use crate::application::request_mail::RequestMail;
use crate::application::reset_password::ResetPassword;
use crate::application::send_account_mail::SendAccountMail;
use crate::application::sign_up::SignUp;
use crate::application::sweep::Sweep;
use crate::application::verify_email::VerifyEmail;
use crate::application::view_customers::ViewCustomers;
use crate::ports::{AccountMailer, Accounts, ApiKeys, Housekeeping, LoginDelays, MailTokens, PasswordHasher, Sessions};

/// An adapter for every port.
#[derive(Clone)]
pub struct Ports {
    /// Remembers customers.
    pub accounts: Arc<dyn Accounts>,
    /// Remembers who is logged in.
    pub sessions: Arc<dyn Sessions>,
    /// Remembers API keys.
    pub keys: Arc<dyn ApiKeys>,
    /// Remembers mailed links.
    pub tokens: Arc<dyn MailTokens>,
    /// Remembers failed logins.
    pub delays: Arc<dyn LoginDelays>,
    /// Throws away what has ended.
    pub broom: Arc<dyn Housekeeping>,
    /// Hashes passwords.
    pub hasher: Arc<dyn PasswordHasher>,
    /// Writes to customers.
    pub mailer: Arc<dyn AccountMailer>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Gives names and chance.
    pub ids: Arc<dyn Ids>,
}

/// Everything that can be asked of this context.
#[derive(Clone)]
#[expect(missing_docs, reason = "each is documented where it is defined")]
pub struct UseCases {
    pub sign_up: Data<SignUp>,
    pub verify_email: Data<VerifyEmail>,
    pub request_mail: Data<RequestMail>,
    pub reset_password: Data<ResetPassword>,
    pub log_in: Data<LogIn>,
    pub log_out: Data<LogOut>,
    pub authenticate: Arc<Authenticate>,
    pub change_password: Data<ChangePassword>,
    pub edit_profile: Data<EditProfile>,
    pub erase_customer: Data<EraseCustomer>,
    pub view_customers: Data<ViewCustomers>,
    pub appoint: Data<Appoint>,
    pub create_api_key: Data<CreateApiKey>,
    pub revoke_api_key: Data<RevokeApiKey>,
    pub create_user: Arc<CreateUser>,
    pub send_account_mail: Arc<SendAccountMail>,
    pub sweep: Arc<Sweep>,
}

impl UseCases {
    /// Connects them to `ports`.
    #[must_use]
    pub fn over(ports: Ports, settings: &CustomerSettings) -> Self {
        let Ports { accounts, sessions, keys, tokens, delays, broom, hasher, mailer, clock, ids } = ports;
        let (policy, delay) = (settings.sessions, settings.login_delay);
        Self {
            sign_up: Data::new(SignUp {
                accounts: accounts.clone(),
                hasher: hasher.clone(),
                clock: clock.clone(),
                ids: ids.clone(),
            }),
            verify_email: Data::new(VerifyEmail {
                accounts: accounts.clone(),
                tokens: tokens.clone(),
                hasher: hasher.clone(),
                clock: clock.clone(),
            }),
            request_mail: Data::new(RequestMail { accounts: accounts.clone(), ids: ids.clone() }),
            reset_password: Data::new(ResetPassword {
                accounts: accounts.clone(),
                tokens: tokens.clone(),
                delays: delays.clone(),
                hasher: hasher.clone(),
                clock: clock.clone(),
            }),
            log_in: Data::new(LogIn {
                accounts: accounts.clone(),
                sessions: sessions.clone(),
                delays: delays.clone(),
                hasher: hasher.clone(),
                clock: clock.clone(),
                ids: ids.clone(),
                policy,
                delay,
            }),
            log_out: Data::new(LogOut { sessions: sessions.clone() }),
            authenticate: Arc::new(Authenticate { sessions, keys: keys.clone(), clock: clock.clone(), policy }),
            change_password: Data::new(ChangePassword {
                accounts: accounts.clone(),
                delays: delays.clone(),
                hasher: hasher.clone(),
                clock: clock.clone(),
                ids: ids.clone(),
                policy,
                delay,
            }),
            edit_profile: Data::new(EditProfile { accounts: accounts.clone() }),
            erase_customer: Data::new(EraseCustomer {
                accounts: accounts.clone(),
                delays,
                hasher: hasher.clone(),
                clock: clock.clone(),
                delay,
            }),
            view_customers: Data::new(ViewCustomers { accounts: accounts.clone(), keys: keys.clone() }),
            appoint: Data::new(Appoint { accounts: accounts.clone() }),
            create_api_key: Data::new(CreateApiKey { keys: keys.clone(), clock: clock.clone(), ids: ids.clone() }),
            revoke_api_key: Data::new(RevokeApiKey { keys, clock: clock.clone() }),
            create_user: Arc::new(CreateUser {
                accounts: accounts.clone(),
                hasher,
                clock: clock.clone(),
                ids: ids.clone(),
            }),
            send_account_mail: Arc::new(SendAccountMail {
                accounts,
                tokens,
                mailer,
                clock: clock.clone(),
                ids,
                policy: settings.links,
            }),
            sweep: Arc::new(Sweep { store: broom, clock, policy, delay }),
        }
    }
}
