//! A payment intent: the state machine that Stripe publishes, from `requires_payment_method` to `succeeded` or `canceled`.
//!
//! A failed attempt is no end: the intent goes back and may be tried again. Every transition takes the old value and
//! answers a [`Step`] (the new value and what to tell the world), or a refusal by name; none asks for the time, for
//! ids, or for a store. Manual capture is not played.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use shared_kernel::{Money, Timestamp};

use super::attempt::{Attempt, Charge, Fact, Failure, LastFailure, Refused};
use super::method::{Behaviour, Decline, Method};

/// What the shop says of an intent beside its amount; handed back as it came.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Details {
    /// The shop's own notes, such as the order's id.
    pub metadata: BTreeMap<String, String>,
    /// Shown on the card page.
    pub description: Option<String>,
    /// Shown on a bank statement.
    pub statement_descriptor: Option<String>,
    /// The checkout session that the intent belongs to.
    pub session: Option<String>,
}

/// Where an intent stands, with what only that state has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
enum State {
    RequiresPaymentMethod,
    RequiresConfirmation { method: Method },
    RequiresAction { method: Method, return_url: Option<String> },
    Processing { method: Method, outcome: Option<Outcome> },
    Succeeded { method: Method, charge: String, refunded: i64 },
    Canceled { at: Timestamp, reason: Option<String> },
}

/// How a payment under way will end, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Outcome {
    due: Timestamp,
    pays: bool,
}

/// A payment intent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Intent {
    id: String,
    client_secret: String,
    created: Timestamp,
    amount: Money,
    details: Details,
    state: State,
    last_failure: Option<LastFailure>,
    latest_charge: Option<String>,
}

/// The result of a transition. Without a fact nothing changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Step {
    /// The intent as it is now.
    pub intent: Intent,
    /// The charge that was tried.
    pub charge: Option<Charge>,
    /// What to tell the world.
    pub fact: Option<Fact>,
    /// Why the attempt failed, if there was one and it did.
    pub failure: Option<Failure>,
}

impl Intent {
    /// A new intent.
    pub(crate) fn create(id: String, client_secret: String, amount: Money, details: Details, now: Timestamp) -> Step {
        let state = State::RequiresPaymentMethod;
        let intent =
            Self { id, client_secret, created: now, amount, details, state, last_failure: None, latest_charge: None };
        Step { intent, charge: None, fact: Some(Fact::Created), failure: None }
    }

    /// The same intent with something to pay with, should it be confirmed later. For new intents only.
    pub(crate) fn prepared(self, method: Method) -> Self {
        match self.state {
            State::RequiresPaymentMethod | State::RequiresConfirmation { .. } => {
                Self { state: State::RequiresConfirmation { method }, ..self }
            }
            State::RequiresAction { .. }
            | State::Processing { .. }
            | State::Succeeded { .. }
            | State::Canceled { .. } => self,
        }
    }

    /// Tries to pay with `method`, or with what the intent has.
    ///
    /// # Errors
    /// [`Refused`] when there is nothing to pay with, or the money is under way, here, or no longer wanted.
    pub(crate) fn confirm(self, method: Option<Method>, attempt: Attempt) -> Result<Step, Refused> {
        let refused = Refused::Confirm { status: self.status() };
        match &self.state {
            State::RequiresPaymentMethod => match method {
                Some(method) => Ok(self.attempt(method, attempt)),
                None => Err(Refused::NoMethod),
            },
            State::RequiresConfirmation { method: prepared } => {
                let method = method.unwrap_or_else(|| prepared.clone());
                Ok(self.attempt(method, attempt))
            }
            State::RequiresAction { .. } => match method {
                Some(method) => Ok(self.attempt(method, attempt)),
                None => Ok(Step { intent: self, charge: None, fact: None, failure: None }),
            },
            State::Processing { .. } | State::Succeeded { .. } | State::Canceled { .. } => Err(refused),
        }
    }

    /// The buyer has authenticated, or refused to.
    pub(crate) fn authenticate(self, approved: bool, attempt: &Attempt) -> Result<Step, Refused> {
        let refused = Refused::Authenticate { status: self.status() };
        match &self.state {
            State::RequiresAction { method, .. } => {
                let method = method.clone();
                Ok(if approved {
                    self.charged(method, attempt)
                } else {
                    self.failed(method, Failure::NotAuthenticated, None)
                })
            }
            State::RequiresPaymentMethod
            | State::RequiresConfirmation { .. }
            | State::Processing { .. }
            | State::Succeeded { .. }
            | State::Canceled { .. } => Err(refused),
        }
    }

    /// A slow payment that is due comes to its end; others are left as they are.
    pub(crate) fn settle(self, attempt: &Attempt) -> Step {
        match &self.state {
            State::Processing { method, outcome: Some(outcome) } if outcome.due <= attempt.now => {
                let (method, pays) = (method.clone(), outcome.pays);
                if pays {
                    self.charged(method, attempt)
                } else {
                    self.declined(method, Decline::InsufficientFunds, attempt)
                }
            }
            State::Processing { .. }
            | State::RequiresPaymentMethod
            | State::RequiresConfirmation { .. }
            | State::RequiresAction { .. }
            | State::Succeeded { .. }
            | State::Canceled { .. } => Step { intent: self, charge: None, fact: None, failure: None },
        }
    }

    /// The intent with other words on it, and with another amount while it may still be paid.
    ///
    /// # Errors
    /// [`Refused::Update`] for an amount when the money is under way or here, or the intent is closed.
    pub(crate) fn updated(
        self,
        amount: Option<Money>,
        details: &Details,
        forgotten: &[String],
    ) -> Result<Self, Refused> {
        let payable = match self.state {
            State::RequiresPaymentMethod | State::RequiresConfirmation { .. } | State::RequiresAction { .. } => true,
            State::Processing { .. } | State::Succeeded { .. } | State::Canceled { .. } => false,
        };
        if amount.is_some() && !payable {
            return Err(Refused::Update { status: self.status() });
        }
        let mut metadata = self.details.metadata;
        metadata.retain(|key, _| !forgotten.contains(key));
        metadata.extend(details.metadata.clone());
        let newer = |new: &Option<String>, old: Option<String>| new.clone().or(old);
        let details = Details {
            metadata,
            description: newer(&details.description, self.details.description),
            statement_descriptor: newer(&details.statement_descriptor, self.details.statement_descriptor),
            session: self.details.session,
        };
        Ok(Self { amount: amount.unwrap_or(self.amount), details, ..self })
    }

    /// Closes the intent for good.
    ///
    /// # Errors
    /// [`Refused::Cancel`] when the money is under way or here, or the intent is closed.
    pub(crate) fn cancel(self, reason: Option<String>, now: Timestamp) -> Result<Step, Refused> {
        match self.state {
            State::RequiresPaymentMethod | State::RequiresConfirmation { .. } | State::RequiresAction { .. } => {
                let intent = Self { state: State::Canceled { at: now, reason }, ..self };
                Ok(Step { intent, charge: None, fact: Some(Fact::Canceled), failure: None })
            }
            State::Processing { .. } | State::Succeeded { .. } | State::Canceled { .. } => {
                Err(Refused::Cancel { status: self.status() })
            }
        }
    }

    fn attempt(self, method: Method, attempt: Attempt) -> Step {
        let slowly = |pays| Some(Outcome { due: attempt.now.plus(attempt.slow), pays });
        match method.behaviour() {
            Behaviour::Pays | Behaviour::RefundsLater | Behaviour::RefundsFail => self.charged(method, &attempt),
            Behaviour::Declines(decline) => self.declined(method, decline, &attempt),
            Behaviour::Authenticates => {
                let state = State::RequiresAction { method, return_url: attempt.return_url };
                self.moved(state, Fact::RequiresAction)
            }
            Behaviour::PaysLater => self.moved(State::Processing { method, outcome: slowly(true) }, Fact::Processing),
            Behaviour::FailsLater => self.moved(State::Processing { method, outcome: slowly(false) }, Fact::Processing),
            Behaviour::StaysUnderWay => self.moved(State::Processing { method, outcome: None }, Fact::Processing),
        }
    }

    fn moved(self, state: State, fact: Fact) -> Step {
        let intent = Self { state, last_failure: None, ..self };
        Step { intent, charge: None, fact: Some(fact), failure: None }
    }

    fn charge(&self, method: Method, declined: Option<Decline>, attempt: &Attempt) -> Charge {
        let (id, intent) = (attempt.charge_id.clone(), self.id.clone());
        Charge { id, intent, created: attempt.now, amount: self.amount, method, declined }
    }

    fn charged(self, method: Method, attempt: &Attempt) -> Step {
        let charge = self.charge(method.clone(), None, attempt);
        let state = State::Succeeded { method, charge: charge.id.clone(), refunded: 0 };
        let intent = Self { state, last_failure: None, latest_charge: Some(charge.id.clone()), ..self };
        Step { intent, charge: Some(charge), fact: Some(Fact::Succeeded), failure: None }
    }

    fn declined(self, method: Method, decline: Decline, attempt: &Attempt) -> Step {
        let charge = self.charge(method.clone(), Some(decline), attempt);
        self.failed(method, Failure::Declined(decline), Some(charge))
    }

    fn failed(self, method: Method, failure: Failure, charge: Option<Charge>) -> Step {
        let latest_charge = charge.as_ref().map(|charge| charge.id.clone()).or(self.latest_charge);
        let last_failure = Some(LastFailure { failure, method });
        let intent = Self { state: State::RequiresPaymentMethod, last_failure, latest_charge, ..self };
        Step { intent, charge, fact: Some(Fact::PaymentFailed), failure: Some(failure) }
    }

    /// The money that came and has not gone back; `None` if none came.
    pub(crate) fn captured(&self) -> Option<Captured<'_>> {
        match &self.state {
            State::Succeeded { method, charge, refunded } => {
                Some(Captured { method, charge, left: self.amount.minor() - refunded })
            }
            State::RequiresPaymentMethod
            | State::RequiresConfirmation { .. }
            | State::RequiresAction { .. }
            | State::Processing { .. }
            | State::Canceled { .. } => None,
        }
    }

    /// The same intent after `minor` units went back to the buyer (or, negative, returned from a refund that failed).
    /// Only [`super::refund`] calls it, after its checks.
    pub(super) fn refunded_by(self, minor: i64) -> Self {
        match self.state {
            State::Succeeded { method, charge, refunded } => {
                Self { state: State::Succeeded { method, charge, refunded: refunded + minor }, ..self }
            }
            State::RequiresPaymentMethod
            | State::RequiresConfirmation { .. }
            | State::RequiresAction { .. }
            | State::Processing { .. }
            | State::Canceled { .. } => self,
        }
    }

    /// Stripe's name of the state.
    pub(crate) const fn status(&self) -> &'static str {
        match self.state {
            State::RequiresPaymentMethod => "requires_payment_method",
            State::RequiresConfirmation { .. } => "requires_confirmation",
            State::RequiresAction { .. } => "requires_action",
            State::Processing { .. } => "processing",
            State::Succeeded { .. } => "succeeded",
            State::Canceled { .. } => "canceled",
        }
    }

    /// Such as `pi_0199..`.
    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// What the buyer's browser shows in place of a key.
    pub(crate) fn client_secret(&self) -> &str {
        &self.client_secret
    }

    /// When it was made.
    pub(crate) const fn created(&self) -> Timestamp {
        self.created
    }

    /// How much is to be paid.
    pub(crate) const fn amount(&self) -> Money {
        self.amount
    }

    /// What the shop says of it.
    pub(crate) const fn details(&self) -> &Details {
        &self.details
    }

    /// Why the last attempt failed, while no later one has done better.
    pub(crate) const fn last_failure(&self) -> Option<&LastFailure> {
        self.last_failure.as_ref()
    }

    /// The charge that was tried last.
    pub(crate) fn latest_charge(&self) -> Option<&str> {
        self.latest_charge.as_deref()
    }

    /// What it is or will be paid with.
    pub(crate) const fn method(&self) -> Option<&Method> {
        match &self.state {
            State::RequiresConfirmation { method }
            | State::RequiresAction { method, .. }
            | State::Processing { method, .. }
            | State::Succeeded { method, .. } => Some(method),
            State::RequiresPaymentMethod | State::Canceled { .. } => None,
        }
    }

    /// Whether the buyer has to authenticate.
    pub(crate) const fn awaits_authentication(&self) -> bool {
        matches!(self.state, State::RequiresAction { .. })
    }

    /// Where the buyer goes after authenticating, while they have to.
    pub(crate) fn return_url(&self) -> Option<&str> {
        match &self.state {
            State::RequiresAction { return_url, .. } => return_url.as_deref(),
            State::RequiresPaymentMethod
            | State::RequiresConfirmation { .. }
            | State::Processing { .. }
            | State::Succeeded { .. }
            | State::Canceled { .. } => None,
        }
    }

    /// When and why it was closed.
    pub(crate) fn cancellation(&self) -> Option<(Timestamp, Option<&str>)> {
        match &self.state {
            State::Canceled { at, reason } => Some((*at, reason.as_deref())),
            State::RequiresPaymentMethod
            | State::RequiresConfirmation { .. }
            | State::RequiresAction { .. }
            | State::Processing { .. }
            | State::Succeeded { .. } => None,
        }
    }

    /// When a slow payment comes to its end.
    pub(crate) fn due(&self) -> Option<Timestamp> {
        match &self.state {
            State::Processing { outcome, .. } => outcome.as_ref().map(|outcome| outcome.due),
            State::RequiresPaymentMethod
            | State::RequiresConfirmation { .. }
            | State::RequiresAction { .. }
            | State::Succeeded { .. }
            | State::Canceled { .. } => None,
        }
    }
}

/// Money that came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Captured<'a> {
    /// With what it was paid.
    pub method: &'a Method,
    /// The charge that took it.
    pub charge: &'a str,
    /// Minor units that may still be refunded.
    pub left: i64,
}

#[cfg(test)]
mod tests;
