//! Tokens as their owners make, see, rotate and revoke them.

use harness::{User, alone, shared, together};
use serde_json::{Value as Json, json};
use shared::domain::timestamp::Timestamp;

pub(super) const PERSONAL: &str = "/users/personal-access-tokens";

fn of_project(user: &User<'_>) -> String {
    format!("/projects/{}/tokens", user.project)
}

/// Both lists, and what makes a token in each.
fn lists(user: &User<'_>) -> [(String, Json); 2] {
    [
        (PERSONAL.to_owned(), json!({ "name": "a program" })),
        (of_project(user), json!({ "name": "a program", "role_id": 1 })),
    ]
}

pub(super) async fn create(user: &User<'_>, path: &str, token: &Json) -> Json {
    user.post(path).json(token).send().await.is(201)
}

fn bearer<'s>(user: &User<'s>, token: &Json) -> User<'s> {
    let mut bearer = user.clone();
    token["token"].as_str().unwrap().clone_into(&mut bearer.access_token);
    bearer
}

fn days_from_now(days: i64) -> String {
    let now = Timestamp::from(std::time::SystemTime::now());
    Timestamp::from_unix_seconds(now.unix_seconds() + days * 24 * 60 * 60).to_string()
}

pub(super) fn seconds(instant: &Json) -> i64 {
    instant.as_str().unwrap().parse::<Timestamp>().unwrap().unix_seconds()
}

async fn names(user: &User<'_>, path: &str) -> Vec<String> {
    let tokens = user.get(path).send().await.is(200);
    tokens.as_array().unwrap().iter().map(|token| token["name"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_token_is_shown_once_and_stored_as_a_hash() {
    alone(async |stack| {
        let ann = stack.user().await;
        for (path, draft) in lists(&ann) {
            let answer = ann.post(&path).json(&draft).send().await;
            let created = answer.is(201);
            let (id, text) = (created["id"].as_str().unwrap(), created["token"].as_str().unwrap());
            assert_eq!(answer.header("cache-control"), "no-store");
            assert!(answer.header("location").ends_with(&format!("{path}/{id}")), "{answer:?}");
            assert!(text.contains(&id.replace('-', "")), "{text}");

            let shown = ann.get(&format!("{path}/{id}")).send().await.is(200);
            let mut expected = created.clone();
            expected["token"] = Json::Null;
            assert_eq!(shown, expected);
            let listed = ann.get(&path).send().await;
            assert_eq!(listed.is(200)[0].get("token"), None);

            let secret = &text[text.len() - 72..text.len() - 8];
            for item in stack.items("TokensTable").await {
                assert!(!item.to_string().contains(&secret[..16]), "{item}");
            }
            assert!(!stack.logs().iter().any(|line| line.text.contains(&secret[..16])));
            bearer(&ann, &created).get("/users/me").send().await.is(200);
        }
    });
}

#[test]
fn a_token_says_what_it_is() {
    shared(async |stack| {
        let ann = stack.user().await;
        let personal = create(&ann, PERSONAL, &json!({ "name": "my laptop" })).await;
        let user = json!({ "id": ann.id, "name": "Ann Bee", "email": ann.email, "url_slug": format!("ann-bee-{}", ann.id), "active": true });
        assert_eq!((&personal["type"], &personal["user"]), (&json!("personal_access_token"), &user));
        for (role, name) in [(1, "all"), (2, "report")] {
            let token = create(&ann, &of_project(&ann), &json!({ "name": "a worker", "role_id": role })).await;
            assert_eq!((&token["role"]["id"], &token["role"]["name"]), (&json!(role), &json!(name)));
            assert_eq!(
                (&token["project"], &token["project_id"], &token["user_id"]),
                (&Json::Null, &json!(ann.project), &json!(ann.id))
            );
        }
    });
}

#[test]
fn a_token_lasts_90_days_or_as_long_as_its_maker_says_up_to_a_year() {
    shared(async |stack| {
        let ann = stack.user().await;
        let lasts = |token: &Json| seconds(&token["expires_at"]) - seconds(&token["created_at"]);
        let token = create(&ann, PERSONAL, &json!({ "name": "a program" })).await;
        assert_eq!(lasts(&token), 90 * 24 * 60 * 60);
        let until = days_from_now(365);
        let token = create(&ann, PERSONAL, &json!({ "name": "a program", "expires_at": until })).await;
        assert_eq!(token["expires_at"], until);
        for until in
            [days_from_now(0), days_from_now(-1), days_from_now(368), "soon".to_owned(), "2027-01-01".to_owned()]
        {
            let draft = json!({ "name": "a program", "expires_at": until });
            assert_eq!(ann.post(PERSONAL).json(&draft).send().await.invalid(), ["expires_at"], "{until}");
        }
        assert_eq!(names(&ann, PERSONAL).await.len(), 2);
    });
}

#[test]
fn every_wrong_field_is_named_and_nothing_is_made() {
    shared(async |stack| {
        let ann = stack.user().await;
        let path = of_project(&ann);
        for (draft, fields) in [
            (json!({}), vec!["name", "role_id"]),
            (json!({ "name": "ab", "role_id": 3 }), vec!["name", "role_id"]),
            (json!({ "name": "a\nb c", "role_id": "1", "expires_at": 1 }), vec!["expires_at", "name", "role_id"]),
            (json!({ "name": "a program", "role_id": 1, "scope": "all" }), vec!["scope"]),
        ] {
            assert_eq!(ann.post(&path).json(&draft).send().await.invalid(), fields, "{draft}");
        }
        let draft = json!({ "name": "a program", "role_id": 1 });
        assert_eq!(ann.post(PERSONAL).json(&draft).send().await.invalid(), ["role_id"], "a personal token has no role");
        assert_eq!((names(&ann, PERSONAL).await, names(&ann, &path).await), (vec![], vec![]));
    });
}

#[test]
fn lists_show_the_newest_first_page_by_page() {
    shared(async |stack| {
        let ann = stack.user().await;
        for (path, mut draft) in lists(&ann) {
            for name in ["one", "two", "three"] {
                draft["name"] = name.into();
                create(&ann, &path, &draft).await;
            }
            assert_eq!(names(&ann, &path).await, ["three", "two", "one"]);
            assert_eq!(names(&ann, &format!("{path}?page=2&per_page=2")).await, ["one"]);
            assert_eq!(ann.get(&format!("{path}?per_page=101")).send().await.invalid(), ["per_page"]);
        }
    });
}

#[test]
fn another_users_and_another_projects_tokens_do_not_exist() {
    shared(async |stack| {
        let ann = stack.user().await;
        let (colleague, stranger) = (stack.user_of(ann.project).await, stack.user().await);
        let personal = create(&ann, PERSONAL, &json!({ "name": "a program" })).await;
        let shared = create(&ann, &of_project(&ann), &json!({ "name": "a program", "role_id": 1 })).await;
        let path = |list: &str, token: &Json| format!("{list}/{}", token["id"].as_str().unwrap());
        let personal_path = path(PERSONAL, &personal);
        let project_path = path(&of_project(&ann), &shared);

        for (user, path) in [
            (&colleague, personal_path.clone()),
            (&stranger, personal_path.clone()),
            (&stranger, project_path.clone()),
            (&stranger, path(&of_project(&stranger), &shared)),
            (&stranger, path(PERSONAL, &shared)),
            (&ann, path(PERSONAL, &shared)),
            (&ann, path(&of_project(&ann), &personal)),
            (&ann, format!("{PERSONAL}/x")),
            (&ann, format!("/projects/x/tokens/{}", shared["id"].as_str().unwrap())),
        ] {
            user.get(&path).send().await.refused(404);
            user.call("DELETE", &format!("{path}/revoke")).send().await.refused(404);
            user.post(&format!("{path}/rotate")).json(&json!({})).send().await.refused(404);
        }
        let draft = json!({ "name": "a program", "role_id": 1 });
        stranger.post(&of_project(&ann)).json(&draft).send().await.refused(404);
        stranger.get(&of_project(&ann)).send().await.refused(404);
        assert_eq!(names(&stranger, PERSONAL).await, [""; 0]);
        assert_eq!(names(&colleague, PERSONAL).await, [""; 0]);
        for token in [&personal, &shared] {
            bearer(&ann, token).get("/users/me").send().await.is(200);
        }
        assert_eq!(
            names(&colleague, &of_project(&ann)).await,
            ["a program"],
            "a project's tokens are of all its users"
        );
    });
}

#[test]
fn a_revoked_token_is_refused_at_once_and_stays_so() {
    shared(async |stack| {
        let ann = stack.user().await;
        for (path, draft) in lists(&ann) {
            let token = create(&ann, &path, &draft).await;
            let (program, path) = (bearer(&ann, &token), format!("{path}/{}", token["id"].as_str().unwrap()));
            program.get("/users/me").send().await.is(200);
            for _ in 0..2 {
                assert_eq!(ann.call("DELETE", &format!("{path}/revoke")).send().await.status, 204);
                program.get("/users/me").send().await.refused(401);
            }
            let shown = ann.get(&path).send().await.is(200);
            assert_eq!((&shown["status"], &shown["token"]), (&json!("revoked"), &Json::Null));
            let message = ann.post(&format!("{path}/rotate")).json(&json!({})).send().await.refused(409);
            assert_eq!(message, "The token was revoked: create another one.");
            program.get("/users/me").send().await.refused(401);
        }
    });
}

#[test]
fn a_rotated_token_has_a_new_text_and_the_old_one_is_refused_at_once() {
    shared(async |stack| {
        let ann = stack.user().await;
        for (list, draft) in lists(&ann) {
            let token = create(&ann, &list, &draft).await;
            let path = format!("{list}/{}", token["id"].as_str().unwrap());
            let old = bearer(&ann, &token);
            old.get("/users/me").send().await.is(200);
            let until = days_from_now(7);
            let rotate = ann.post(&format!("{path}/rotate")).json(&json!({ "id": token["id"], "expires_at": until }));

            let answer = rotate.send().await;

            let rotated = answer.is(200);
            assert_eq!(answer.header("cache-control"), "no-store");
            old.get("/users/me").send().await.refused(401);
            assert_eq!(
                (&rotated["id"], &rotated["expires_at"], &rotated["last_used_at"]),
                (&token["id"], &json!(until), &Json::Null)
            );
            bearer(&ann, &rotated).get("/users/me").send().await.is(200);
            let other = json!({ "id": "00000000-0000-4000-8000-000000000000" });
            assert_eq!(ann.post(&format!("{path}/rotate")).json(&other).send().await.invalid(), ["id"]);
            bearer(&ann, &rotated).get("/users/me").send().await.is(200);
            assert_eq!(names(&ann, &list).await.len(), 1);
        }
    });
}

#[test]
fn an_expired_token_is_shown_as_such_and_valid_again_when_it_is_rotated() {
    shared(async |stack| {
        let ann = stack.user().await;
        let token = create(&ann, PERSONAL, &json!({ "name": "a program" })).await;
        let key = json!({ "id": { "S": token["id"] } });
        stack.damage("TokensTable", &key, "valid_until", &json!({ "S": "2026-01-01T00:00:00.000Z" })).await;
        let path = format!("{PERSONAL}/{}", token["id"].as_str().unwrap());
        assert_eq!(ann.get(&path).send().await.is(200)["status"], "expired");
        bearer(&ann, &token).get("/users/me").send().await.refused(401);

        let rotated = ann.post(&format!("{path}/rotate")).send().await.is(200);

        assert_eq!(rotated["status"], "active");
        bearer(&ann, &rotated).get("/users/me").send().await.is(200);
        bearer(&ann, &token).get("/users/me").send().await.refused(401);
    });
}

#[test]
fn a_projects_token_acts_as_the_user_who_last_rotated_it() {
    shared(async |stack| {
        let ann = stack.user().await;
        let bob = stack.user_of(ann.project).await;
        let token = create(&ann, &of_project(&ann), &json!({ "name": "a program", "role_id": 1 })).await;
        let path = format!("{}/{}", of_project(&ann), token["id"].as_str().unwrap());
        let rotated = bob.post(&format!("{path}/rotate")).json(&json!({})).send().await.is(200);
        assert_eq!(rotated["user_id"], bob.id);
        assert_eq!(bearer(&bob, &rotated).get("/users/me").send().await.is(200)["id"], bob.id);
    });
}

#[test]
fn a_token_makes_and_rotates_none_and_revokes_itself_only() {
    shared(async |stack| {
        let ann = stack.user().await;
        for (list, draft) in lists(&ann) {
            let (token, other) = (create(&ann, &list, &draft).await, create(&ann, &list, &draft).await);
            let (program, other_program) = (bearer(&ann, &token), bearer(&ann, &other));
            let path = |token: &Json| format!("{list}/{}", token["id"].as_str().unwrap());
            let before = names(&ann, &list).await;

            for (path, draft) in lists(&ann) {
                program.post(&path).json(&draft).send().await.refused(403);
            }
            for token in [&token, &other] {
                program.post(&format!("{}/rotate", path(token))).json(&json!({})).send().await.refused(403);
            }
            let unknown = format!("{list}/00000000-0000-4000-8000-000000000000/revoke");
            for path in [format!("{}/revoke", path(&other)), unknown] {
                let message = program.call("DELETE", &path).send().await.refused(403);
                assert_eq!(message, "A token may revoke only itself: log in to revoke others.");
            }
            assert_eq!(names(&ann, &list).await, before);
            other_program.get("/users/me").send().await.is(200);
            program.get(&list).send().await.is(200);

            assert_eq!(program.call("DELETE", &format!("{}/revoke", path(&token))).send().await.status, 204);
            program.get("/users/me").send().await.refused(401);
        }
    });
}

#[test]
fn a_user_who_was_deactivated_or_moved_makes_no_token_with_a_token_of_a_login() {
    shared(async |stack| {
        for change in [json!({ "active": false }), json!({ "project_id": stack.number() })] {
            let ann = stack.user().await;
            let token = create(&ann, PERSONAL, &json!({ "name": "a program" })).await;
            let mut input =
                json!({ "email": ann.email, "name": "Ann Bee", "project_id": ann.project, "environment_id": 1 });
            input.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
            stack.put_user(&input).await.unwrap();

            for (path, draft) in lists(&ann) {
                ann.post(&path).json(&draft).send().await.refused(401);
            }
            let path = format!("{PERSONAL}/{}", token["id"].as_str().unwrap());
            ann.post(&format!("{path}/rotate")).send().await.refused(401);
            let owner = json!({ "S": format!("USER#{}", ann.id) });
            assert_eq!(stack.items_with("TokensTable", "owner", &owner).await.len(), 1);
            assert_eq!(ann.call("DELETE", &format!("{path}/revoke")).send().await.status, 204, "but ends one");
        }
    });
}

#[test]
fn an_owner_has_100_tokens_at_most_however_many_are_made_at_once() {
    alone(async |stack| {
        let ann = stack.user().await;
        let key = |owner: &str| json!({ "id": { "S": format!("COUNT#{owner}") } });
        for ((path, draft), owner) in
            lists(&ann).into_iter().zip([format!("USER#{}", ann.id), format!("PROJECT#{}", ann.project)])
        {
            let first = create(&ann, &path, &draft).await;
            stack.damage("TokensTable", &key(&owner), "tokens", &json!({ "N": "97" })).await;
            let call = ann.post(&path).json(&draft);
            let mut statuses: Vec<_> =
                together((0..6).map(|_| call.send())).await.iter().map(|answer| answer.status).collect();
            statuses.sort_unstable();
            assert_eq!(statuses, [201, 201, 201, 409, 409, 409]);
            let message = call.send().await.refused(409);
            assert!(message.ends_with("has 100 tokens, the maximum: revoke one first."), "{message}");

            let revoke = ann.call("DELETE", &format!("{path}/{}/revoke", first["id"].as_str().unwrap()));
            for _ in 0..3 {
                assert_eq!(revoke.send().await.status, 204);
            }
            call.send().await.is(201);
            call.send().await.refused(409);
        }
    });
}

#[test]
fn a_token_that_is_revoked_while_it_is_rotated_is_never_valid_again() {
    shared(async |stack| {
        let ann = stack.user().await;
        for _ in 0..5 {
            let token = create(&ann, PERSONAL, &json!({ "name": "a program" })).await;
            let path = format!("{PERSONAL}/{}", token["id"].as_str().unwrap());
            let rotate = ann.post(&format!("{path}/rotate")).json(&json!({}));
            let revoke = ann.call("DELETE", &format!("{path}/revoke"));
            let answers = together([rotate.send(), revoke.send()]).await;
            assert_eq!(answers[1].status, 204);
            if answers[0].status == 200 {
                bearer(&ann, &answers[0].json()).get("/users/me").send().await.refused(401);
            }
            bearer(&ann, &token).get("/users/me").send().await.refused(401);
        }
    });
}
