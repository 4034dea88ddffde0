//! Gives every use case its ports. Knows no adapter.

use std::sync::Arc;

use shared_kernel::{Clock, Ids};

use super::begin_session::BeginSession;
use super::check_code::CheckCode;
use super::check_identity::CheckIdentity;
use super::commands::{
    ChangePassword, ChangeRole, ConfirmSession, CreateApiKey, CreateUser, EditProfile, EndSessions, EraseCustomer,
    LogIn, LogOut, RequestMail, ResetPassword, RevokeApiKey, SendAccountMail, SetUpSecondFactor, SignUp, Sweep,
    VerifyEmail,
};
use super::queries::{AccountQueries, Authenticate};
use crate::ports::{
    AccountMailer, Accounts, ApiKeys, Housekeeping, KnownDevices, LoginChallenges, LoginDelays, MailTokens,
    PasswordHasher, SecondFactors, Sessions,
};
use crate::settings::CustomerSettings;

/// An adapter for every port.
#[derive(Clone)]
pub struct Ports {
    pub stores: Stores,
    pub hasher: Arc<dyn PasswordHasher>,
    pub mailer: Arc<dyn AccountMailer>,
    pub clock: Arc<dyn Clock>,
    pub ids: Arc<dyn Ids>,
}

/// An adapter for every port that remembers something.
#[derive(Clone)]
pub struct Stores {
    pub accounts: Arc<dyn Accounts>,
    pub sessions: Arc<dyn Sessions>,
    pub keys: Arc<dyn ApiKeys>,
    /// Of mailed links.
    pub tokens: Arc<dyn MailTokens>,
    /// Failed logins.
    pub delays: Arc<dyn LoginDelays>,
    pub devices: Arc<dyn KnownDevices>,
    pub factors: Arc<dyn SecondFactors>,
    /// Logins that wait for a code.
    pub challenges: Arc<dyn LoginChallenges>,
    pub housekeeping: Arc<dyn Housekeeping>,
}

impl Stores {
    /// One adapter that remembers everything.
    pub fn of<S>(store: &Arc<S>) -> Self
    where
        S: Accounts + Sessions + ApiKeys + MailTokens + LoginDelays + KnownDevices,
        S: SecondFactors + LoginChallenges + Housekeeping + 'static,
    {
        Self {
            accounts: store.clone(),
            sessions: store.clone(),
            keys: store.clone(),
            tokens: store.clone(),
            delays: store.clone(),
            devices: store.clone(),
            factors: store.clone(),
            challenges: store.clone(),
            housekeeping: store.clone(),
        }
    }
}

/// Everything that can be asked of this context.
#[derive(Clone)]
pub struct UseCases {
    pub sign_up: Arc<SignUp>,
    pub verify_email: Arc<VerifyEmail>,
    pub request_mail: Arc<RequestMail>,
    pub reset_password: Arc<ResetPassword>,
    pub log_in: Arc<LogIn>,
    pub log_out: Arc<LogOut>,
    pub confirm_session: Arc<ConfirmSession>,
    pub end_sessions: Arc<EndSessions>,
    pub set_up_second_factor: Arc<SetUpSecondFactor>,
    pub change_password: Arc<ChangePassword>,
    pub edit_profile: Arc<EditProfile>,
    pub erase_customer: Arc<EraseCustomer>,
    pub change_role: Arc<ChangeRole>,
    pub create_api_key: Arc<CreateApiKey>,
    pub revoke_api_key: Arc<RevokeApiKey>,
    pub create_user: Arc<CreateUser>,
    pub send_account_mail: Arc<SendAccountMail>,
    pub sweep: Arc<Sweep>,
    pub authenticate: Arc<Authenticate>,
    pub account_queries: Arc<AccountQueries>,
}

impl UseCases {
    pub fn new(ports: &Ports, settings: &CustomerSettings) -> Self {
        let Ports { stores, hasher, mailer, clock, ids } = ports.clone();
        let Stores { accounts, sessions, keys, tokens, devices, factors, challenges, .. } = stores.clone();
        let (begin, identity) = (begin_session(ports, settings), check_identity(ports, settings));
        let confirm_session = ConfirmSession::new(sessions.clone(), identity.clone(), clock.clone());
        let set_up_second_factor =
            SetUpSecondFactor::new(factors, sessions.clone(), identity.clone(), clock.clone(), ids.clone());
        let change_password =
            ChangePassword::new(accounts.clone(), sessions.clone(), identity.clone(), begin.clone(), hasher.clone());
        let reset_password =
            ResetPassword::new(accounts.clone(), tokens.clone(), hasher.clone(), begin.clone(), clock.clone());
        let send_account_mail =
            SendAccountMail::new(accounts.clone(), tokens.clone(), mailer, clock.clone(), ids.clone(), settings.links);
        Self {
            sign_up: Arc::new(SignUp::new(accounts.clone(), hasher.clone(), clock.clone(), ids.clone())),
            verify_email: Arc::new(VerifyEmail::new(accounts.clone(), tokens, hasher.clone(), clock.clone())),
            request_mail: Arc::new(RequestMail::new(accounts.clone(), ids.clone())),
            reset_password: Arc::new(reset_password),
            log_in: Arc::new(LogIn::new(identity.clone(), devices, challenges, begin, ids.clone())),
            log_out: Arc::new(LogOut::new(sessions.clone())),
            confirm_session: Arc::new(confirm_session),
            end_sessions: Arc::new(EndSessions::new(accounts.clone(), sessions.clone())),
            set_up_second_factor: Arc::new(set_up_second_factor),
            change_password: Arc::new(change_password),
            edit_profile: Arc::new(EditProfile::new(accounts.clone())),
            erase_customer: Arc::new(EraseCustomer::new(accounts.clone(), identity, clock.clone())),
            change_role: Arc::new(ChangeRole::new(accounts.clone())),
            create_api_key: Arc::new(CreateApiKey::new(keys.clone(), clock.clone(), ids.clone())),
            revoke_api_key: Arc::new(RevokeApiKey::new(keys.clone(), clock.clone())),
            create_user: Arc::new(CreateUser::new(accounts, hasher, clock.clone(), ids)),
            send_account_mail: Arc::new(send_account_mail),
            sweep: Arc::new(Sweep::new(stores.housekeeping, clock.clone(), settings.sessions, settings.login_delay)),
            authenticate: Arc::new(Authenticate::new(sessions, keys, clock, settings.sessions)),
            account_queries: Arc::new(account_queries(ports, settings)),
        }
    }
}

/// What every login ends with.
fn begin_session(ports: &Ports, settings: &CustomerSettings) -> BeginSession {
    BeginSession {
        sessions: ports.stores.sessions.clone(),
        devices: ports.stores.devices.clone(),
        clock: ports.clock.clone(),
        ids: ports.ids.clone(),
        policy: settings.sessions,
    }
}

/// What checks passwords and codes, and counts failures.
fn check_identity(ports: &Ports, settings: &CustomerSettings) -> CheckIdentity {
    let Stores { accounts, delays, factors, .. } = ports.stores.clone();
    let (clock, delay) = (ports.clock.clone(), settings.login_delay);
    let codes = CheckCode { factors, delays: delays.clone(), clock: clock.clone(), delay };
    CheckIdentity { accounts, delays, hasher: ports.hasher.clone(), codes, clock, delay }
}

fn account_queries(ports: &Ports, settings: &CustomerSettings) -> AccountQueries {
    let Stores { accounts, sessions, factors, keys, .. } = ports.stores.clone();
    AccountQueries::new(accounts, sessions, factors, keys, ports.clock.clone(), settings.sessions)
}
