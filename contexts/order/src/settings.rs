//! What the shopkeeper may set for this context. The app fills it from its settings file and environment.

use std::time::Duration;

use secrecy::SecretString;

/// Settings of the order context.
#[derive(Debug, Clone)]
pub struct OrderSettings {
    /// How long an order may be paid; default 30 minutes.
    pub payment_window: Duration,
    /// How many orders of one customer may wait to be paid at a time; default 10.
    pub open_orders: u32,
    /// How many pieces these may hold; default 1,000.
    pub open_pieces: u32,
    /// The flat gross price of a parcel in minor units of the site's currency; default 650.
    pub shipping_flat_minor: i64,
    /// How long a buyer is kept waiting for stock and payment intent; default 2 seconds.
    pub placement_wait: Duration,
    /// How often orders past their deadline are looked for; default 5 seconds.
    pub sweep_every: Duration,
    /// How often open payments are compared with the provider; default 5 minutes.
    pub reconcile_every: Duration,
    /// Until what age orders with money are compared with the provider's books; default 30 days.
    pub reconcile_reach: Duration,
    /// What order numbers begin with; default `BS-`.
    pub number_prefix: String,
    /// The payment provider.
    pub stripe: StripeSettings,
}

/// How the payment provider is reached.
#[derive(Debug, Clone)]
pub struct StripeSettings {
    /// Where its API is, without a trailing slash and without `/v1`; the built-in sandbox or `https://api.stripe.com`.
    pub api_base: String,
    pub secret_key: SecretString,
    /// Secrets that sign webhooks; more than one while they are being changed.
    pub webhook_secrets: Vec<SecretString>,
    /// Where a card is typed in.
    pub card_page: CardPageMode,
}

/// Where a card is typed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CardPageMode {
    /// The sandbox's own page, `/pay/{intent}` of this site.
    Sandbox,
    /// A Stripe Checkout Session, made when the buyer asks for it.
    Checkout,
}

impl Default for OrderSettings {
    fn default() -> Self {
        Self {
            payment_window: Duration::from_mins(30),
            open_orders: 10,
            open_pieces: 1_000,
            shipping_flat_minor: 650,
            placement_wait: Duration::from_secs(2),
            sweep_every: Duration::from_secs(5),
            reconcile_every: Duration::from_mins(5),
            reconcile_reach: Duration::from_hours(30 * 24),
            number_prefix: "BS-".to_owned(),
            stripe: StripeSettings {
                api_base: "http://127.0.0.1:0/sandbox".to_owned(),
                secret_key: SecretString::from(""),
                webhook_secrets: Vec::new(),
                card_page: CardPageMode::Sandbox,
            },
        }
    }
}
