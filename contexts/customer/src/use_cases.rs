//! Gives every use case its ports. Knows no adapter.

use std::sync::Arc;

use actix_web::web::Data;
use shared_kernel::{Clock, Ids};

use crate::CustomerSettings;
use crate::application::api_keys::{CreateApiKey, RevokeApiKey};
use crate::application::authenticate::Authenticate;
use crate::application::begin_session::BeginSession;
use crate::application::change_password::ChangePassword;
use crate::application::change_role::ChangeRole;
use crate::application::check_code::CheckCode;
use crate::application::confirm::Confirm;
use crate::application::create_user::CreateUser;
use crate::application::edit_profile::EditProfile;
use crate::application::erase_customer::EraseCustomer;
use crate::application::log_in::LogIn;
use crate::application::log_out::LogOut;
use crate::application::request_mail::RequestMail;
use crate::application::reset_password::ResetPassword;
use crate::application::second_factor::SetUpSecondFactor;
use crate::application::send_account_mail::SendAccountMail;
use crate::application::sessions::ManageSessions;
use crate::application::sign_up::SignUp;
use crate::application::sweep::Sweep;
use crate::application::verify_email::VerifyEmail;
use crate::application::view_customers::ViewCustomers;
use crate::ports::{
    AccountMailer, Accounts, ApiKeys, Housekeeping, KnownDevices, LoginChallenges, LoginDelays, MailTokens,
    PasswordHasher, SecondFactors, Sessions,
};

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
    /// Remembers known browsers.
    pub devices: Arc<dyn KnownDevices>,
    /// Remembers second factors.
    pub factors: Arc<dyn SecondFactors>,
    /// Remembers logins that wait for a code.
    pub challenges: Arc<dyn LoginChallenges>,
    /// Throws away what has ended.
    pub broom: Arc<dyn Housekeeping>,
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
pub struct UseCases {
    pub sign_up: Data<SignUp>,
    pub verify_email: Data<VerifyEmail>,
    pub request_mail: Data<RequestMail>,
    pub reset_password: Data<ResetPassword>,
    pub log_in: Data<LogIn>,
    pub log_out: Data<LogOut>,
    pub confirm: Data<Confirm>,
    pub second_factor: Data<SetUpSecondFactor>,
    pub sessions: Data<ManageSessions>,
    pub authenticate: Arc<Authenticate>,
    pub change_password: Data<ChangePassword>,
    pub edit_profile: Data<EditProfile>,
    pub erase_customer: Data<EraseCustomer>,
    pub view_customers: Data<ViewCustomers>,
    pub appoint: Data<ChangeRole>,
    pub create_api_key: Data<CreateApiKey>,
    pub revoke_api_key: Data<RevokeApiKey>,
    pub create_user: Arc<CreateUser>,
    pub send_account_mail: Arc<SendAccountMail>,
    pub sweep: Arc<Sweep>,
}

impl UseCases {
    /// Connects them to `ports`.
    pub fn over(ports: Ports, settings: &CustomerSettings) -> Self {
        let logins = Logins::over(&ports, settings);
        let Ports { accounts, sessions, keys, tokens, delays, .. } = ports;
        let (broom, hasher, mailer, clock, ids) = (ports.broom, ports.hasher, ports.mailer, ports.clock, ports.ids);
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
                begin: logins.begin.clone(),
                hasher: hasher.clone(),
                clock: clock.clone(),
            }),
            log_in: Data::new(logins.log_in),
            confirm: Data::from(logins.confirm),
            second_factor: Data::new(logins.second_factor),
            sessions: Data::new(ManageSessions {
                accounts: accounts.clone(),
                sessions: sessions.clone(),
                clock: clock.clone(),
                policy,
            }),
            log_out: Data::new(LogOut { sessions: sessions.clone() }),
            authenticate: Arc::new(Authenticate {
                sessions: sessions.clone(),
                keys: keys.clone(),
                clock: clock.clone(),
                policy,
            }),
            change_password: Data::new(ChangePassword {
                accounts: accounts.clone(),
                sessions,
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
            appoint: Data::new(ChangeRole { accounts: accounts.clone() }),
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

/// What shares the checks of passwords, codes and known browsers.
struct Logins {
    begin: BeginSession,
    log_in: LogIn,
    confirm: Arc<Confirm>,
    second_factor: SetUpSecondFactor,
}

impl Logins {
    fn over(ports: &Ports, settings: &CustomerSettings) -> Self {
        let Ports { accounts, sessions, delays, devices, factors, challenges, hasher, clock, ids, .. } = ports.clone();
        let delay = settings.login_delay;
        let codes = CheckCode { factors: factors.clone(), delays: delays.clone(), clock: clock.clone(), delay };
        let begin = BeginSession {
            sessions: sessions.clone(),
            devices: devices.clone(),
            clock: clock.clone(),
            ids: ids.clone(),
            policy: settings.sessions,
        };
        let confirm = Arc::new(Confirm {
            accounts: accounts.clone(),
            sessions: sessions.clone(),
            delays: delays.clone(),
            hasher: hasher.clone(),
            codes: codes.clone(),
            clock: clock.clone(),
            delay,
        });
        let second_factor = SetUpSecondFactor {
            factors,
            sessions,
            confirm: Arc::clone(&confirm),
            codes: codes.clone(),
            clock: clock.clone(),
            ids: ids.clone(),
        };
        let begun = begin.clone();
        let log_in = LogIn { accounts, devices, challenges, delays, hasher, codes, begin: begun, clock, ids, delay };
        Self { begin, log_in, confirm, second_factor }
    }
}
