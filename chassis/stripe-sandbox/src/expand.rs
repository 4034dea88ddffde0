//! `expand[]`: objects in place of their ids, as nearly every client library asks for them.

use serde_json::Value;

use crate::core::Core;
use crate::errors::ApiError;
use crate::objects;

/// Stripe follows a path this deep.
const MAX_DEPTH: usize = 4;

/// The object with what `paths` name in place of its id, such as `latest_charge`, `payment_intent.latest_charge` or, in a
/// list, `data.charge`.
///
/// # Errors
/// Stripe's refusal of a path that leads to nothing that has an id; the store's.
pub(crate) async fn expanded(core: &Core, mut object: Value, paths: &[String]) -> Result<Value, ApiError> {
    for path in paths {
        let segments: Vec<&str> = path.split('.').collect();
        if segments.len() > MAX_DEPTH {
            return Err(ApiError::invalid("You cannot expand more than 4 levels of a property.", Some("expand")));
        }
        let mut places = vec![String::new()];
        for segment in segments {
            let mut deeper = Vec::new();
            for place in places {
                let place = format!("{place}/{segment}");
                let length = object.pointer(&place).and_then(Value::as_array).map(Vec::len);
                match length {
                    Some(length) => deeper.extend((0..length).map(|index| format!("{place}/{index}"))),
                    None => deeper.push(place),
                }
            }
            for place in &deeper {
                replace(core, &mut object, place, path).await?;
            }
            deeper.retain(|place| object.pointer(place).is_some_and(Value::is_object));
            places = deeper;
        }
    }
    Ok(object)
}

/// Puts the object in place of the id that stands there.
async fn replace(core: &Core, object: &mut Value, place: &str, path: &str) -> Result<(), ApiError> {
    let refused = || ApiError::invalid(format!("This property cannot be expanded ({path})."), Some("expand"));
    let id = match object.pointer(place).ok_or_else(refused)? {
        Value::Null | Value::Object(_) => return Ok(()),
        Value::String(id) => id.clone(),
        _ => return Err(refused()),
    };
    let holder = place.rsplit_once('/').and_then(|(holder, _)| object.pointer(holder)).cloned().unwrap_or_default();
    let found = find(core, &id, &holder).await?.ok_or_else(refused)?;
    if let Some(there) = object.pointer_mut(place) {
        *there = found;
    }
    Ok(())
}

async fn find(core: &Core, id: &str, holder: &Value) -> Result<Option<Value>, ApiError> {
    let (store, base_url) = (&core.store, &core.settings.base_url);
    Ok(match id.split('_').next().unwrap_or_default() {
        "pi" => store.intent(id).await?.map(|intent| objects::intent(&intent, base_url)),
        "re" => store.refund(id).await?.map(|refund| objects::refund(&refund)),
        "du" => store.dispute(id).await?.map(|dispute| objects::dispute(&dispute)),
        "ch" => match store.charge(id).await? {
            Some(charge) => store.intent(&charge.intent).await?.map(|intent| objects::charge(&charge, &intent)),
            None => None,
        },
        "pm" => match holder["id"].as_str().unwrap_or_default() {
            charge if charge.starts_with("ch_") => store.charge(charge).await?.map(|it| objects::method(&it.method)),
            intent => store.intent(intent).await?.and_then(|it| it.method().map(objects::method)),
        },
        _ => None,
    })
}
