//! What one can do with carts and orders: one use case per file, those that change something in [`commands`], those that
//! only read in [`queries`].
//!
//! A use case loads, lets the domain decide, and commits. It never touches the bus, and calls the outside world only
//! where its file says that it carries out a task; then outside any transaction.
//!
//! Buying: [`CreateCart`], [`SetCartItem`], [`ViewCart`], [`ClaimCart`], [`PlaceOrder`], [`WaitUntilPayable`],
//! [`OpenCardPage`], [`WaitForPayment`]. What others say: [`AnswerStock`], [`RecordPayment`], [`CheckPayment`],
//! [`FollowFulfilment`], [`KeepPrices`]. Timers: [`HandleOverdue`], [`ReconcilePayments`], [`ForgetCarts`],
//! [`ForgetCustomer`]. Tasks: [`OpenPayment`], [`CloseIntent`], [`SendRefund`], [`SendReceipt`]. People: [`ViewOrder`],
//! [`ListOrders`], [`RequestCancellation`], [`RefundOrder`], [`ResolveAttention`]. Operators: [`ImportOrders`],
//! [`CatchUp`].

pub(crate) mod cart_changes;
pub mod cart_pricing;
pub mod commands;
pub mod historical_order;
pub mod queries;
pub mod request_key;
pub mod tasks;
mod use_cases;
mod waiting;

pub use cart_pricing::{CartPricing, CartView, CartViewLine, NotOrderable, PricingConfig};
pub use commands::*;
pub use historical_order::HistoricalOrder;
pub use queries::*;
pub use tasks::{TaskError, TaskRun};
pub use use_cases::{Policy, Ports, UseCases};
