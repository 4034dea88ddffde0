//! All use cases put together once, for those who call them.

use std::sync::Arc;
use std::time::Duration;

use shared_kernel::{Clock, Ids};

use super::{
    AnswerStock, CartPricing, CatchUp, CheckPayment, CheckoutPolicy, ClaimCart, CloseIntent, CreateCart,
    FollowFulfilment, ForgetCarts, ForgetCustomer, HandleOverdue, ImportOrders, KeepPrices, ListOrders, OpenCardPage,
    OpenPayment, PlaceOrder, PricingConfig, ReconcilePayments, RecordPayment, RefundOrder, RequestCancellation,
    ResolveAttention, SendReceipt, SendRefund, SetCartItem, ViewCart, ViewOrder, WaitForPayment, WaitUntilPayable,
};
use crate::ports::{
    CardPage, CartStore, HistoryImport, MoneyOrders, OrderChanges, OrderHistory, OrderPlacement, OrderStore,
    PaymentGateway, PersonalData, PriceList, ProviderEventLog, ReceiptSender, Restoration, WebhookInbox,
};

/// Everything outside that the use cases need.
#[derive(Clone)]
pub struct Ports {
    pub carts: Arc<dyn CartStore>,
    pub prices: Arc<dyn PriceList>,
    pub orders: Arc<dyn OrderStore>,
    pub placement: Arc<dyn OrderPlacement>,
    pub import: Arc<dyn HistoryImport>,
    pub history: Arc<dyn OrderHistory>,
    pub webhook_inbox: Arc<dyn WebhookInbox>,
    pub changes: Arc<dyn OrderChanges>,
    pub restoration: Arc<dyn Restoration>,
    pub money: Arc<dyn MoneyOrders>,
    pub personal_data: Arc<dyn PersonalData>,
    pub gateway: Arc<dyn PaymentGateway>,
    pub provider_events: Arc<dyn ProviderEventLog>,
    pub card_page: Arc<dyn CardPage>,
    pub receipts: Arc<dyn ReceiptSender>,
    pub clock: Arc<dyn Clock>,
    pub ids: Arc<dyn Ids>,
}

/// What the shopkeeper decides.
#[derive(Debug, Clone)]
pub struct Policy {
    /// Currency, tax and delivery.
    pub pricing: PricingConfig,
    /// What holds for orders that are not paid yet.
    pub checkout: CheckoutPolicy,
    /// How long a buyer is kept waiting for stock and payment intent.
    pub placement_wait: Duration,
    /// How long a buyer who comes back from the card page is kept waiting for the provider's word.
    pub payment_wait: Duration,
    /// Until what age orders with money are compared with the provider's books.
    pub reconcile_reach: Duration,
    /// What the numbers of our orders begin with.
    pub number_prefix: String,
}

/// Everything one can do.
#[derive(Clone)]
pub struct UseCases {
    pub create_cart: Arc<CreateCart>,
    pub view_cart: Arc<ViewCart>,
    pub set_cart_item: Arc<SetCartItem>,
    pub claim_cart: Arc<ClaimCart>,
    pub place_order: Arc<PlaceOrder>,
    pub wait_until_payable: Arc<WaitUntilPayable>,
    pub wait_for_payment: Arc<WaitForPayment>,
    pub open_card_page: Arc<OpenCardPage>,
    pub view_order: Arc<ViewOrder>,
    pub list_orders: Arc<ListOrders>,
    pub request_cancellation: Arc<RequestCancellation>,
    pub refund_order: Arc<RefundOrder>,
    pub resolve_attention: Arc<ResolveAttention>,
    pub record_payment: Arc<RecordPayment>,
    pub check_payment: Arc<CheckPayment>,
    pub answer_stock: Arc<AnswerStock>,
    pub follow_fulfilment: Arc<FollowFulfilment>,
    pub keep_prices: Arc<KeepPrices>,
    pub open_payment: Arc<OpenPayment>,
    pub close_intent: Arc<CloseIntent>,
    pub send_refund: Arc<SendRefund>,
    pub send_receipt: Arc<SendReceipt>,
    pub handle_overdue: Arc<HandleOverdue>,
    pub reconcile_payments: Arc<ReconcilePayments>,
    pub catch_up: Arc<CatchUp>,
    pub forget_carts: Arc<ForgetCarts>,
    pub forget_customer: Arc<ForgetCustomer>,
    pub import_orders: Arc<ImportOrders>,
}

impl UseCases {
    /// Puts them all together.
    pub fn new(with: &Ports, policy: Policy) -> Self {
        let pricing = CartPricing::new(with.prices.clone(), with.placement.clone(), policy.pricing);
        let (orders, clock) = (with.orders.clone(), with.clock.clone());
        let place = PlaceOrder::new(
            with.carts.clone(),
            with.placement.clone(),
            pricing.clone(),
            policy.checkout,
            clock.clone(),
            with.ids.clone(),
        );
        let wait = WaitUntilPayable::new(orders.clone(), with.changes.clone(), policy.placement_wait);
        let wait_for_payment = WaitForPayment::new(orders.clone(), with.changes.clone(), policy.payment_wait);
        let (gateway, carts) = (with.gateway.clone(), with.carts.clone());
        let check = CheckPayment::new(orders.clone(), gateway.clone(), clock.clone(), policy.number_prefix);
        let (money, reach) = (with.money.clone(), policy.reconcile_reach);
        let reconcile = ReconcilePayments::new(orders.clone(), money, check.clone(), clock.clone(), reach);
        let (restoration, events) = (with.restoration.clone(), with.provider_events.clone());
        let catch_up = CatchUp::new(restoration, events, with.webhook_inbox.clone(), clock.clone());
        Self {
            create_cart: Arc::new(CreateCart::new(carts.clone(), pricing.clone(), clock.clone(), with.ids.clone())),
            view_cart: Arc::new(ViewCart::new(carts.clone(), pricing.clone())),
            set_cart_item: Arc::new(SetCartItem::new(carts.clone(), pricing.clone(), clock.clone())),
            claim_cart: Arc::new(ClaimCart::new(carts.clone(), pricing, clock.clone())),
            place_order: Arc::new(place),
            wait_until_payable: Arc::new(wait),
            wait_for_payment: Arc::new(wait_for_payment),
            open_card_page: Arc::new(OpenCardPage::new(orders.clone(), with.card_page.clone(), clock.clone())),
            view_order: Arc::new(ViewOrder::new(orders.clone())),
            list_orders: Arc::new(ListOrders::new(with.history.clone(), clock.clone())),
            request_cancellation: Arc::new(RequestCancellation::new(orders.clone(), clock.clone())),
            refund_order: Arc::new(RefundOrder::new(orders.clone(), clock.clone(), with.ids.clone())),
            resolve_attention: Arc::new(ResolveAttention::new(orders.clone(), clock.clone())),
            record_payment: Arc::new(RecordPayment::new(orders.clone(), clock.clone())),
            check_payment: Arc::new(check),
            answer_stock: Arc::new(AnswerStock::new(orders.clone(), clock.clone())),
            follow_fulfilment: Arc::new(FollowFulfilment::new(orders.clone(), clock.clone())),
            keep_prices: Arc::new(KeepPrices::new(with.prices.clone())),
            open_payment: Arc::new(OpenPayment::new(orders.clone(), gateway.clone(), clock.clone())),
            close_intent: Arc::new(CloseIntent::new(orders.clone(), gateway.clone(), clock.clone())),
            send_refund: Arc::new(SendRefund::new(orders.clone(), gateway, clock.clone())),
            send_receipt: Arc::new(SendReceipt::new(orders.clone(), with.receipts.clone(), clock.clone())),
            handle_overdue: Arc::new(HandleOverdue::new(orders, clock.clone())),
            reconcile_payments: Arc::new(reconcile),
            catch_up: Arc::new(catch_up),
            forget_customer: Arc::new(ForgetCustomer::new(with.personal_data.clone(), clock.clone())),
            forget_carts: Arc::new(ForgetCarts::new(carts, clock)),
            import_orders: Arc::new(ImportOrders::new(with.import.clone(), policy.pricing.tax)),
        }
    }
}
