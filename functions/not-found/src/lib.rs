//! `$default`: answers what no route takes. A path that there is, with another method, is 405 with `Allow`; `OPTIONS`
//! of it is 204 with `Allow`; everything else is 404.

use std::collections::BTreeSet;

use lambda_http::http::header;
use openapi::PATHS;
use shared::domain::hook::ResourceType;
use shared::http::{ApiError, Call, Endpoint, Response, ResponseExt as _};

/// The endpoint, which needs nothing.
pub struct NotFound;

impl Endpoint for NotFound {
    async fn handle(&self, call: &Call) -> Result<Response, ApiError> {
        let forms = forms_of(call.path());
        let mut methods: BTreeSet<_> = forms.iter().flat_map(|(_, methods)| methods.iter().copied()).collect();
        // API Gateway has a route for the methods of a path. What came here all the same is another path to it, and it
        // would be absurd to recommend the method that was just used.
        if methods.is_empty() || methods.contains(call.method()) {
            return Err(ApiError::UnknownPath);
        }
        methods.insert("OPTIONS");
        let allow = methods.into_iter().collect::<Vec<_>>().join(", ");
        if call.method() == "OPTIONS" {
            return Ok(Response::no_content().with_header(header::ALLOW, &allow));
        }
        Err(ApiError::MethodNotAllowed { allow, hint: "" })
    }
}

/// Each path of the API that this one can be, with its methods: `/hooks/incoming/trigger` is two.
fn forms_of(path: &str) -> Vec<(&'static str, &'static [&'static str])> {
    PATHS.iter().copied().filter(|(template, _)| is_of(template, path)).collect()
}

/// Whether a path such as `/hooks/42/trigger` has the form of one such as `/hooks/{hook_id}/trigger`. As for API
/// Gateway, a slash more is another path, and a variable is not empty. A resource type is one of ours: `/pipelines/7/hooks`
/// is about pipeline 7, and not about resources of the type 7.
fn is_of(template: &str, path: &str) -> bool {
    let mut segments = path.split('/');
    let fits = |expected: &str| {
        segments.next().is_some_and(|segment| match expected {
            "{resource_type}" => segment.parse::<ResourceType>().is_ok(),
            variable if variable.starts_with('{') => !segment.is_empty(),
            _ => segment == expected,
        })
    };
    template.split('/').all(fits) && segments.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn methods_of(path: &str) -> BTreeSet<&'static str> {
        forms_of(path).into_iter().flat_map(|(_, methods)| methods).copied().collect()
    }

    fn methods(path: &str) -> String {
        methods_of(path).into_iter().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_path_has_the_methods_of_every_form_that_it_fits() {
        assert_eq!(methods("/users/login"), "POST");
        assert_eq!(methods("/hooks/incoming/5f46"), "DELETE GET PUT");
        assert_eq!(methods("/hooks/incoming/trigger"), "DELETE GET HEAD OPTIONS POST PUT");
        assert_eq!(methods("/hooks/ü %2F\0?#{}/rotate-secret"), "");
        assert_eq!(methods("/hooks/incoming/ü %2F\0?#{}/rotate-secret"), "POST");
        assert_eq!(methods("/pipelines/ssh-key/hooks"), "GET POST");
        assert_eq!(methods("/pipelines/7/hooks"), "GET");
    }

    #[test]
    fn every_path_of_the_document_has_its_own_methods() {
        for (template, expected) in PATHS {
            let path = template.replace("{resource_type}", "server").replace(['{', '}'], "");
            let methods = methods_of(&path);
            assert!(expected.iter().all(|method| methods.contains(method)), "{path}: {methods:?}");
        }
    }

    #[test]
    fn a_slash_more_or_less_is_another_path() {
        for path in ["", "/", "//", "users/login", "/users/login/", "//users/login", "/users//login", "/users/"] {
            assert_eq!(methods(path), "", "{path}");
        }
        assert_eq!(methods("/hooks//trigger"), "", "a variable is not empty");
        assert_eq!(methods("/USERS/login"), "", "letters have a case");
    }
}
