//! Places, contacts and orders as text.

use conversation::aside;
use serde_json::Value;

use super::wire::{labelled, labels, list, object, typed};

/// The most contacts or products that are told.
const MOST: usize = 50;

/// A place by name, address and coordinates, whichever there are.
pub(super) fn location(place: &Value) -> Option<String> {
    let mut parts = labels(place, ["name", "address"]);
    let coordinates = labels(place, ["latitude", "longitude"]);
    if let [latitude, longitude] = coordinates.as_slice() {
        parts.push(format!("latitude {latitude}, longitude {longitude}"));
    }
    (!parts.is_empty()).then(|| aside(&format!("location: {}", parts.join("; "))))
}

/// The contacts that were shared, one a line.
pub(super) fn contacts(contacts: &[Value]) -> Option<String> {
    let lines: Vec<String> = contacts.iter().take(MOST).filter_map(contact).collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

fn contact(contact: &Value) -> Option<String> {
    let name = object(contact, "name").and_then(|name| {
        labelled(name, "formatted_name").or_else(|| {
            let parts = labels(name, ["first_name", "last_name"]);
            (!parts.is_empty()).then(|| parts.join(" "))
        })
    });
    let mut parts: Vec<String> = name.into_iter().collect();
    parts.extend(object(contact, "org").and_then(|org| labelled(org, "company")));
    for (key, of) in [("phones", "phone"), ("emails", "email")] {
        let each = list(contact, key).iter().take(MOST);
        parts.extend(each.filter_map(|each| labelled(each, of)));
    }
    (!parts.is_empty()).then(|| aside(&format!("contact: {}", parts.join(", "))))
}

/// An order: what the customer wrote with it, and each product with quantity and price.
pub(super) fn order(order: &Value) -> Option<String> {
    let mut lines: Vec<String> = typed(order, "text").into_iter().collect();
    let products: Vec<String> =
        list(order, "product_items").iter().take(MOST).filter_map(product).collect();
    if !products.is_empty() {
        lines.push(aside(&format!("order: {}", products.join("; "))));
    }
    (!lines.is_empty()).then(|| lines.join("\n"))
}

fn product(item: &Value) -> Option<String> {
    let name = labelled(item, "product_retailer_id")?;
    let quantity = labelled(item, "quantity").unwrap_or_else(|| "1".to_owned());
    let price = labels(item, ["item_price", "currency"]).join(" ");
    let price = if price.is_empty() { price } else { format!(" at {price} each") };
    Some(format!("{quantity} × {name}{price}"))
}
