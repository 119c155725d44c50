//! `docs/openapi.yaml`, as the functions need it. It is read when they are built, so that none of them has to parse it,
//! and no second list of paths and methods can differ from it.

/// The document as JSON, for readers who reach the API at this address.
pub fn json(base_url: &str) -> String {
    let address = serde_json::Value::from(base_url);
    let before = include_str!(concat!(env!("OUT_DIR"), "/before.json"));
    let after = include_str!(concat!(env!("OUT_DIR"), "/after.json"));
    format!("{before}{address}{after}")
}

/// Each path of the document, such as `/hooks/{hook_id}/trigger`, with its methods.
pub const PATHS: &[(&str, &[&str])] = include!(concat!(env!("OUT_DIR"), "/paths.rs"));

#[cfg(test)]
mod tests {
    use super::*;

    fn document(base_url: &str) -> serde_json::Value {
        serde_json::from_str(&json(base_url)).unwrap()
    }

    #[test]
    fn the_document_names_the_address_at_which_it_was_read() {
        for address in ["https://hooks.example.com", "https://\"\\{{address}}"] {
            assert_eq!(document(address)["servers"], serde_json::json!([{ "url": address }]));
        }
    }

    #[test]
    fn every_operation_of_the_document_is_in_the_table() {
        let document = document("");
        let mut found = 0;
        for (path, item) in document["paths"].as_object().unwrap() {
            let (_, methods) = PATHS.iter().find(|(known, _)| known == path).unwrap();
            let operations = item.as_object().unwrap().iter().filter(|(_, member)| member["operationId"].is_string());
            for (method, _) in operations {
                assert!(methods.contains(&method.to_ascii_uppercase().as_str()), "{method} {path}");
                found += 1;
            }
        }
        assert_eq!(PATHS.iter().map(|(_, methods)| methods.len()).sum::<usize>(), found);
        assert!(PATHS.contains(&("/users/logout", &["GET", "POST"])));
    }

    #[test]
    fn the_paths_stand_in_the_order_in_which_they_were_written() {
        let json = json("");
        let places: Vec<_> = PATHS.iter().map(|(path, _)| json.find(&format!("\"{path}\":{{")).unwrap()).collect();
        assert!(places.is_sorted() && !places.is_empty(), "{places:?}");
    }
}
