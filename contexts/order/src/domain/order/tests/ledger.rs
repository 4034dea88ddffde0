//! The provider's ledger in our books: refunds and disputes as it states them, in whatever order its statements come.

use proptest::prelude::*;

use super::*;

fn refund(provider_id: &str, minor: i64, status: ReportedRefund) -> RefundReport {
    RefundReport { id: None, provider_id: Some(provider_id.into()), intent: pi("pi_1"), amount: nzd(minor), status }
}
fn through(provider_id: &str, minor: i64) -> RefundReport {
    refund(provider_id, minor, ReportedRefund::Succeeded)
}
fn failed(provider_id: &str, minor: i64) -> RefundReport {
    refund(provider_id, minor, ReportedRefund::Failed { reason: "expired_or_canceled_card".into() })
}
fn dispute(id: &str, minor: i64, status: DisputeStatus) -> DisputeReport {
    DisputeReport {
        id: id.into(),
        intent: pi("pi_1"),
        amount: nzd(minor),
        reason: "fraudulent".into(),
        status,
        respond_by: Some(later(9_000)),
        withdrawn: status.claims_money(),
        opened_at: Some(later(2)),
    }
}
fn statement(refunds: Vec<RefundReport>, disputes: Vec<DisputeReport>) -> PaymentStatement {
    PaymentStatement { intent: succeeded("pi_1", TOTAL), origin: None, refunds, disputes }
}
fn staff_refund(number: u128, minor: Option<i64>) -> RefundRequest {
    RefundRequest { id: RefundId::new(Uuid::from_u128(number)), amount: minor.map(nzd), note: None }
}
fn reasons(order: &Order) -> Vec<AttentionReason> {
    order.attentions().iter().map(|attention| attention.reason).collect()
}
/// What the world was told went back, less what it was told had failed.
fn published_refunds(events: &[OrderEvent], order: &Order) -> i64 {
    let minor = |id: &RefundId, amount: &Money| {
        assert_eq!(order.refund(*id).unwrap().amount, *amount, "the event says what the books say");
        amount.minor()
    };
    let signed = events.iter().map(|event| match event {
        OrderEvent::Refunded { refund, amount, .. } => minor(refund, amount),
        OrderEvent::RefundFailed { refund, amount, .. } => -minor(refund, amount),
        _ => 0,
    });
    signed.sum()
}

/// The world learns at `later(9)` that a refund has failed which went through at `refunded_at`.
fn taken_back(refund: RefundId, minor: i64, refunded_at: Timestamp) -> OrderEvent {
    let reason = "expired_or_canceled_card".to_owned();
    OrderEvent::RefundFailed { refund, amount: nzd(minor), reason, refunded_at, at: later(9) }
}

#[test]
fn refunds_of_the_dashboard_enter_the_books_once_each() {
    let decided = paid().payment_stated(statement(vec![through("re_a", 300), through("re_b", 200)], vec![]), later(3));
    assert_eq!((decided.order.refunded(&pi("pi_1")), published_refunds(&decided.events, &decided.order)), (500, 500));
    assert_eq!(decided.order.refunds().len(), 2);
    let again = statement(vec![through("re_b", 200), through("re_a", 300)], vec![]);
    assert!(!decided.order.payment_stated(again, later(4)).has_changes());
}

#[test]
fn a_refund_that_failed_stays_failed_and_is_taken_back_once() {
    let order = paid().payment_stated(statement(vec![through("re_a", 500)], vec![]), later(3)).order;
    let id = order.refunds()[0].id;
    let decided = order.payment_stated(statement(vec![failed("re_a", 500)], vec![]), later(9));
    assert_eq!(decided.events, [taken_back(id, 500, later(3))]);
    assert_eq!(decided.order.attention().unwrap().about, Some(id.to_string()));
    for older in [through("re_a", 500), failed("re_a", 500), refund("re_a", 500, ReportedRefund::Pending)] {
        assert!(!decided.order.clone().payment_stated(statement(vec![older], vec![]), later(10)).has_changes());
    }
    assert_eq!(decided.order.sendable_refund(id), None, "a failed refund is not asked for again");
}

#[test]
fn a_refund_of_a_cancelled_order_that_fails_is_taken_back_and_the_next_one_is_told() {
    let order = paid().stock_rejected(vec![], later(2)).order;
    let first = RefundId::of_intent(id(1), &pi("pi_1"));
    let order = refunded(order, first).order;
    assert_eq!(order.status(), Status::Cancelled);
    let mut report = failed(&format!("re_{first}"), TOTAL);
    report.id = Some(first);
    let decided = order.payment_stated(statement(vec![report], vec![]), later(9));
    assert_eq!(decided.events, [taken_back(first, TOTAL, later(5))]);
    assert_eq!((decided.order.status(), decided.order.payment_axis()), (Status::Cancelled, PaymentAxis::RefundDue));
    let order = decided.order.refund_requested(staff_refund(2, None), later(10)).unwrap().order;
    let second = RefundId::new(Uuid::from_u128(2));
    let report = RefundReport { id: Some(second), ..through("re_2", TOTAL) };
    let decided = order.payment_stated(statement(vec![report], vec![]), later(11));
    let (amount, reason) = (nzd(TOTAL), RefundReason::Staff);
    assert_eq!(decided.events, [OrderEvent::Refunded { refund: second, amount, reason, note: None, at: later(11) }]);
    assert_eq!(reasons(&decided.order), [], "the money is back, so nobody has to look");
}

#[test]
fn no_more_goes_back_than_came_and_what_the_payment_cannot_explain_is_not_entered() {
    let usd = Money::new(5, Currency::parse("USD").unwrap());
    let cases = [
        vec![through("re_a", TOTAL + 1)],
        vec![through("re_a", TOTAL), through("re_b", 1)],
        vec![through("re_a", TOTAL - 5), refund("re_b", 6, ReportedRefund::Pending)],
        vec![RefundReport { amount: usd, ..through("re_a", 5) }],
    ];
    for refunds in cases {
        let order = paid().payment_stated(statement(refunds.clone(), vec![]), later(3)).order;
        assert_eq!(reasons(&order), [AttentionReason::RefundNotExplained], "{refunds:?}");
        assert!(order.refunded(&pi("pi_1")) <= TOTAL);
        assert_eq!(order.refunds().len(), refunds.len() - 1);
    }
}

#[test]
fn our_own_refund_is_known_by_the_name_that_we_wrote_on_it() {
    let order = paid().refund_requested(staff_refund(7, Some(500)), later(2)).unwrap().order;
    let ours = RefundReport { id: Some(RefundId::new(Uuid::from_u128(7))), ..through("re_7", 500) };
    let decided = order.payment_stated(statement(vec![ours, through("re_8", 500)], vec![]), later(3));
    assert_eq!(decided.order.refunds().len(), 2, "one of the same amount is another one");
    assert_eq!(decided.order.refunds()[0].provider_id.as_deref(), Some("re_7"));
    assert_eq!(published_refunds(&decided.events, &decided.order), 1_000);
}

/// An order as a version wrote it that entered running totals and did not say what it had published.
fn with_sums(minors: &[i64]) -> Order {
    let mut order = paid();
    for (number, minor) in (0..).zip(minors) {
        let old = RefundId::new(Uuid::from_u128(900 + number));
        let state = RefundState::Succeeded { at: later(2) };
        let reason = RefundReason::Provider;
        let intent = pi("pi_1");
        let (amount, requested_at) = (nzd(*minor), later(2));
        order.refunds.push(Refund {
            id: old,
            intent,
            amount,
            reason,
            note: None,
            provider_id: None,
            state,
            requested_at,
            keys_used: 0,
            published: None,
        });
    }
    order
}

#[test]
fn totals_that_an_older_version_has_entered_are_replaced_by_the_refunds_that_made_them() {
    let ledger = || statement(vec![through("re_a", 300), through("re_b", 200)], vec![]);
    for (sums, before) in
        [(vec![500], 500), (vec![300, 200], 500), (vec![500, 300, 200], 1_000), (vec![TOTAL * 3], TOTAL * 3)]
    {
        let decided = with_sums(&sums).payment_stated(ledger(), later(9));
        assert_eq!(decided.order.refunded(&pi("pi_1")), 500, "{sums:?}");
        assert_eq!(
            before + published_refunds(&decided.events, &decided.order),
            500,
            "the difference is published: {sums:?}"
        );
        assert!(!decided.order.payment_stated(ledger(), later(10)).has_changes());
    }
}

#[test]
fn a_failure_of_which_an_older_version_told_nobody_is_told_at_the_next_look() {
    let mut order = with_sums(&[800]);
    order.refunds[0].provider_id = Some("re_a".into());
    order.refunds[0].state = RefundState::Failed { reason: "lost_or_stolen_card".into() };
    let note = Some(nzd(800).to_string());
    order.history.push(HistoryEntry { at: later(2), kind: HistoryKind::Refunded, note });
    let decided = order.payment_stated(statement(vec![failed("re_a", 800)], vec![]), later(9));
    assert_eq!(published_refunds(&decided.events, &decided.order), -800);
    assert!(!decided.order.payment_stated(statement(vec![failed("re_a", 800)], vec![]), later(10)).has_changes());
}

#[test]
fn a_dispute_blocks_a_second_refund_of_the_same_money_until_it_is_won() {
    let open = dispute("du_1", TOTAL, DisputeStatus::NeedsResponse);
    let order = paid().payment_stated(statement(vec![], vec![open]), later(3)).order;
    let (disputed, left) = (nzd(TOTAL), nzd(0));
    let refused = Err(RefundRefused::Disputed { disputed, left });
    assert_eq!(order.clone().refund_requested(staff_refund(1, Some(100)), later(4)), refused);
    assert_eq!(reasons(&order), [AttentionReason::PaymentDisputed]);
    let lost = dispute("du_1", TOTAL, DisputeStatus::Lost);
    let lost = order.clone().payment_stated(statement(vec![], vec![lost]), later(5)).order;
    assert_eq!(reasons(&lost), [AttentionReason::DisputeLost]);
    assert_eq!(lost.refund_requested(staff_refund(1, Some(100)), later(6)), refused);
    let won = dispute("du_1", TOTAL, DisputeStatus::Won);
    let won = order.payment_stated(statement(vec![], vec![won]), later(5)).order;
    assert_eq!(reasons(&won), []);
    assert!(won.refund_requested(staff_refund(1, Some(100)), later(6)).is_ok());
}

#[test]
fn a_dispute_about_a_part_leaves_the_rest_to_refund() {
    let open = dispute("du_1", 500, DisputeStatus::UnderReview);
    let order = paid().payment_stated(statement(vec![], vec![open]), later(3)).order;
    let (disputed, left) = (nzd(500), nzd(TOTAL - 500));
    let ask = |minor| order.clone().refund_requested(staff_refund(1, Some(minor)), later(4));
    assert!(ask(TOTAL - 500).is_ok());
    assert_eq!(ask(TOTAL), Err(RefundRefused::Disputed { disputed, left }));
}

#[test]
fn a_question_of_the_bank_moves_no_money_and_a_second_dispute_is_not_dropped() {
    let asked = dispute("du_1", 500, DisputeStatus::Inquiry);
    let order = paid().payment_stated(statement(vec![], vec![asked.clone()]), later(3)).order;
    assert_eq!(order.refundable_by_staff().map(|(_, left)| left), Some(nzd(TOTAL)));
    let second = dispute("du_2", 700, DisputeStatus::NeedsResponse);
    let order = order.payment_stated(statement(vec![], vec![asked, second.clone()]), later(4)).order;
    assert_eq!(order.attentions().len(), 2, "each asks for itself");
    let closed = dispute("du_1", 500, DisputeStatus::InquiryClosed);
    let order = order.payment_stated(statement(vec![], vec![closed, second]), later(5)).order;
    let about: Vec<_> = order.attentions().iter().filter_map(|attention| attention.about.as_deref()).collect();
    assert_eq!(about, ["du_2"]);
}

#[test]
fn a_cancellation_waits_for_the_bank_and_ends_by_its_word() {
    let open = || dispute("du_1", TOTAL, DisputeStatus::NeedsResponse);
    let order = paid().payment_stated(statement(vec![], vec![open()]), later(3)).order;
    let order = order.stock_rejected(vec![], later(4)).order;
    assert_eq!((order.status(), order.refunds().len()), (Status::CancelPending, 0), "the bank has the money");
    let lost = statement(vec![], vec![dispute("du_1", TOTAL, DisputeStatus::Lost)]);
    assert_eq!(order.clone().payment_stated(lost, later(5)).order.status(), Status::Cancelled);
    let won = order.payment_stated(statement(vec![], vec![dispute("du_1", TOTAL, DisputeStatus::Won)]), later(5));
    assert_eq!(won.tasks, [OrderTask::RefundPayment { refund: RefundId::of_intent(id(1), &pi("pi_1")) }]);
}

#[test]
fn what_a_won_dispute_sets_free_is_returned_after_the_rest() {
    let open = || dispute("du_1", 1_000, DisputeStatus::NeedsResponse);
    let order = paid().payment_stated(statement(vec![], vec![open()]), later(3)).order;
    let order = order.stock_rejected(vec![], later(4)).order;
    let first = RefundId::of_intent(id(1), &pi("pi_1"));
    assert_eq!(order.refund(first).unwrap().amount.minor(), TOTAL - 1_000, "the bank has the rest");
    let returned = || RefundReport { id: Some(first), ..through("re_1", TOTAL - 1_000) };
    let order = order.payment_stated(statement(vec![returned()], vec![open()]), later(5)).order;
    assert_eq!(order.status(), Status::CancelPending);
    let won = statement(vec![returned()], vec![dispute("du_1", 1_000, DisputeStatus::Won)]);
    let won = order.payment_stated(won, later(6));
    let [OrderTask::RefundPayment { refund }] = won.tasks[..] else { panic!("{:?}", won.tasks) };
    assert_eq!(won.order.refund(refund).unwrap().amount.minor(), 1_000);
}

#[test]
fn each_reason_ends_by_its_own_cause() {
    let order = paid().payment_stated(statement(vec![failed("re_0", 5)], vec![]), later(2)).order;
    let order = order.payment_stated(statement(vec![through("re_a", 800)], vec![]), later(3)).order;
    let open = || dispute("du_1", 1_000, DisputeStatus::NeedsResponse);
    let both = statement(vec![failed("re_a", 800)], vec![open()]);
    let order = order.payment_stated(both, later(4)).order;
    assert_eq!(reasons(&order), [AttentionReason::RefundFailed, AttentionReason::PaymentDisputed]);
    let small = statement(vec![failed("re_a", 800), through("re_b", 100)], vec![open()]);
    let order = order.payment_stated(small, later(5)).order;
    assert_eq!(order.attentions().len(), 2, "a refund of something else is no answer to the one that failed");
    let again = statement(vec![failed("re_a", 800), through("re_b", 100), through("re_c", 800)], vec![open()]);
    let order = order.payment_stated(again, later(6)).order;
    assert_eq!(reasons(&order), [AttentionReason::PaymentDisputed]);
    let resolved = order.attention_resolved(Some(AttentionReason::RefundFailed), "Mere", later(7));
    assert!(!resolved.has_changes(), "there is none of that reason");
    let resolved = resolved.order.attention_resolved(Some(AttentionReason::PaymentDisputed), "Mere", later(8)).order;
    assert_eq!(reasons(&resolved), []);
    assert_eq!(resolved.disputes().len(), 1, "the dispute is there as before");
}

#[test]
fn only_a_paid_order_says_that_it_is_paid() {
    let short = payable().intent_reported(succeeded("pi_1", 1), later(1)).order;
    assert_eq!((short.status(), short.payment_axis()), (Status::Initial, PaymentAxis::RefundDue));
    assert_eq!(short.payable(), None, "the page would take no money");
    let other = Money::new(TOTAL, Currency::parse("USD").unwrap());
    let foreign = payable().intent_reported(reported("pi_1", IntentStatus::Succeeded { received: other }), later(1));
    assert_eq!(foreign.order.payment_axis(), PaymentAxis::RefundDue);
    let twice = paid().intent_reported(succeeded("pi_2", TOTAL), later(2)).order;
    let twice = refunded(twice, RefundId::of_intent(id(1), &pi("pi_2"))).order;
    assert_eq!(twice.payment_axis(), PaymentAxis::Paid, "the second payment went back, the first one counts");
}

#[test]
fn a_payment_that_the_provider_does_not_know_ends_the_order_or_asks_a_person() {
    let closing = payable().overdue(later(30)).order;
    let ended = closing.payment_unknown(&pi("pi_1"), later(31)).order;
    assert_eq!((ended.status(), reasons(&ended)), (Status::Expired, vec![AttentionReason::PaymentUnknown]));
    let kept = paid().payment_unknown(&pi("pi_1"), later(31)).order;
    assert_eq!((kept.status(), reasons(&kept)), (Status::Paid, vec![AttentionReason::PaymentUnknown]));
    assert!(!kept.payment_unknown(&pi("pi_1"), later(32)).has_changes());
}

/// How three refunds and a dispute stand at one moment of their lives: later moments have gone further.
fn moment(progress: [usize; 4]) -> PaymentStatement {
    let [a, b, c, d] = progress;
    let life = |name: &str, minor, at: usize, fails: bool| match at {
        0 => None,
        1 => Some(refund(name, minor, ReportedRefund::Pending)),
        2 => Some(through(name, minor)),
        _ if fails => Some(failed(name, minor)),
        _ => Some(through(name, minor)),
    };
    let refunds = [life("re_a", 300, a, true), life("re_b", 200, b, false), life("re_c", 4_000, c, true)];
    let disputes = match d {
        0 => None,
        1 => Some(dispute("du_1", 1_000, DisputeStatus::NeedsResponse)),
        2 => Some(dispute("du_1", 1_000, DisputeStatus::UnderReview)),
        _ => Some(dispute("du_1", 1_000, DisputeStatus::Lost)),
    };
    statement(refunds.into_iter().flatten().collect(), disputes.into_iter().collect())
}

proptest! {
    /// However many looks there are on the way, and whatever each of them finds, the last one makes the books right.
    #[test]
    fn the_books_are_what_the_last_look_has_found(
        steps in prop::collection::vec((0_usize..4, 0_usize..2), 0..24), repeats in 1_usize..3,
    ) {
        let (mut progress, mut order, mut sum) = ([0; 4], paid(), 0);
        for (minute, (which, looks)) in (3..).zip(steps) {
            progress[which] = (progress[which] + 1).min(3);
            for _ in 0..looks * repeats {
                let decided = order.payment_stated(moment(progress), later(minute));
                sum += published_refunds(&decided.events, &decided.order);
                order = decided.order;
            }
        }
        let decided = order.payment_stated(moment(progress), later(99));
        sum += published_refunds(&decided.events, &decided.order);
        let order = decided.order;
        let last = moment(progress);
        let gone = last.refunds.iter().filter(|refund| refund.status == ReportedRefund::Succeeded);
        let gone: i64 = gone.map(|refund| refund.amount.minor()).sum();
        prop_assert_eq!(order.refunded(&pi("pi_1")), gone);
        prop_assert_eq!(sum, gone, "what was published adds up to what went back");
        prop_assert_eq!(order.disputes().len(), last.disputes.len());
        prop_assert!(!order.clone().payment_stated(last, later(100)).has_changes());
        let direct = paid().payment_stated(moment(progress), later(99)).order;
        prop_assert_eq!(order.payment_axis(), direct.payment_axis());
        prop_assert_eq!(order.refundable_by_staff(), direct.refundable_by_staff());
        prop_assert_eq!(order.is_waiting_for(AttentionReason::PaymentDisputed), direct.is_waiting_for(AttentionReason::PaymentDisputed));
        prop_assert_eq!(order.is_waiting_for(AttentionReason::DisputeLost), direct.is_waiting_for(AttentionReason::DisputeLost));
    }
}
