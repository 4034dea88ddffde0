//! Why an attempt to pay failed, in words for the buyer. The provider's own text is for developers ("the provided
//! `PaymentMethod` has failed authentication"), so it is never shown.
//!
//! Codes as in Stripe's list of decline codes. Where the bank suspects fraud or a stolen card, the buyer is told no more
//! than that the card was declined: the person who holds it may not be its owner.

use super::objects::ErrorBody;

/// Said where there is nothing better to say.
const DECLINED: &str = "Your card was declined.";

/// A whole sentence.
pub(super) fn words(error: &ErrorBody) -> &'static str {
    let codes = [error.decline_code.as_deref(), error.code.as_deref()];
    codes.into_iter().flatten().find_map(words_for).unwrap_or(DECLINED)
}

fn words_for(code: &str) -> Option<&'static str> {
    Some(match code {
        "authentication_required"
        | "authentication_not_handled"
        | "mobile_device_authentication_required"
        | "payment_intent_authentication_failure"
        | "setup_intent_authentication_failure" => "Your bank could not confirm that it was you.",
        "insufficient_funds" | "withdrawal_count_limit_exceeded" | "card_velocity_exceeded" => {
            "Your card has not enough funds, or has reached its limit."
        }
        "expired_card" => "Your card has expired.",
        "incorrect_cvc" | "invalid_cvc" => "The security code is incorrect.",
        "incorrect_number" | "invalid_number" | "invalid_account" => "The card number is incorrect.",
        "invalid_expiry_month" | "invalid_expiry_year" => "The expiry date is incorrect.",
        "incorrect_zip" | "incorrect_address" => "The billing address does not match your card.",
        "incorrect_pin" | "invalid_pin" | "offline_pin_required" | "online_or_offline_pin_required" => {
            "The PIN is incorrect or was not given."
        }
        "pin_try_exceeded" => "The PIN was entered incorrectly too often.",
        "card_not_supported"
        | "currency_not_supported"
        | "not_permitted"
        | "service_not_allowed"
        | "transaction_not_allowed" => "Your card cannot be used for this purchase.",
        "duplicate_transaction" => "A payment of the same amount was made a moment ago.",
        "issuer_not_available" | "processing_error" | "reenter_transaction" | "try_again_later" | "approve_with_id" => {
            "Your bank could not process the payment. Please try again."
        }
        "testmode_decline" => "A test card cannot be used here.",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(code: Option<&str>, decline_code: Option<&str>) -> &'static str {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        words(&ErrorBody { code: owned(code), decline_code: owned(decline_code), ..ErrorBody::default() })
    }

    #[test]
    fn the_banks_reason_is_said_in_our_own_words() {
        assert_eq!(
            said(Some("card_declined"), Some("insufficient_funds")),
            "Your card has not enough funds, or has reached its limit."
        );
        assert_eq!(said(Some("expired_card"), None), "Your card has expired.");
        assert_eq!(
            said(Some("payment_intent_authentication_failure"), None),
            "Your bank could not confirm that it was you."
        );
        assert_eq!(said(Some("incorrect_cvc"), Some("incorrect_cvc")), "The security code is incorrect.");
    }

    #[test]
    fn a_suspicion_is_not_told_to_the_person_who_holds_the_card() {
        for code in
            ["fraudulent", "lost_card", "stolen_card", "pickup_card", "merchant_blacklist", "security_violation"]
        {
            assert_eq!(said(Some("card_declined"), Some(code)), DECLINED);
        }
        assert_eq!(said(None, None), DECLINED);
        assert_eq!(said(Some("card_declined"), Some("a_code_of_tomorrow")), DECLINED);
    }
}
