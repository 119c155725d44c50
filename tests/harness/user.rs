//! Users, each in a project of its own unless a test wants it otherwise.

use serde_json::{Value as Json, json};

use crate::answer::Answer;
use crate::call::Call;
use crate::document::document;
use crate::hook::Hook;
use crate::jobs::Job;
use crate::stack::Pipehook;

/// A user who is logged in.
#[derive(Debug, Clone)]
pub struct User<'s> {
    stack: &'s Pipehook,
    /// The user's id.
    pub id: i64,
    /// In lower case.
    pub email: String,
    /// As it was generated.
    pub password: String,
    /// The user's project.
    pub project: i64,
    /// Of the session that the user logged in to.
    pub access_token: String,
    /// Of the same.
    pub refresh_token: String,
}

/// What a project has: what a refused call must not change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Footprint {
    /// Hooks in the table.
    pub hooks: usize,
    /// Pipelines in the table.
    pub pipelines: usize,
    /// Sessions of the user in the table.
    pub sessions: usize,
    /// Jobs that were ever on the queue.
    pub jobs: usize,
}

impl Pipehook {
    /// A new user in a new project, logged in.
    pub async fn user(&self) -> User<'_> {
        let project = self.number();
        self.user_of(project).await
    }

    /// A new user in this project, logged in.
    pub async fn user_of(&self, project: i64) -> User<'_> {
        let email = self.unused_email();
        let input = json!({ "email": email, "name": "Ann Bee", "project_id": project, "environment_id": project });
        let user = self.put_user(&input).await.unwrap();
        let password = user["password"].as_str().unwrap().to_owned();
        let tokens = self.log_in(&email, &password).await.is(200);
        let token = |name: &str| tokens[name].as_str().unwrap().to_owned();
        User {
            stack: self,
            id: user["id"].as_i64().unwrap(),
            email,
            password,
            project,
            access_token: token("access_token"),
            refresh_token: token("refresh_token"),
        }
    }

    /// An unused e-mail address.
    pub fn unused_email(&self) -> String {
        format!("somebody-{}@example.com", self.number())
    }

    /// Puts a user as an administrator does; the error is what `aws lambda invoke` shows.
    pub async fn put_user(&self, input: &Json) -> Result<Json, Json> {
        let answer = self.invoke("UserPut", input.to_string()).await.unwrap();
        let payload = serde_json::from_slice(&answer.payload).unwrap();
        if answer.function_error.is_some() { Err(payload) } else { Ok(payload) }
    }

    /// Tries to log in.
    pub async fn log_in(&self, email: &str, password: &str) -> Answer {
        self.post("/users/login").json(&json!({ "email": email, "password": password })).send().await
    }

    /// Tries to log in from another address: one that only API Gateway could say a call comes from, or none at all.
    pub async fn log_in_from(&self, source_ip: Option<&str>, email: &str, password: &str) -> Answer {
        let body = json!({ "email": email, "password": password });
        self.send_from(source_ip, "UserLogin", ("POST", "/users/login"), "", &body).await
    }

    /// Sends a call from such an address, to the function that its route leads to.
    async fn send_from(
        &self,
        source_ip: Option<&str>,
        function: &str,
        (method, path): (&str, &str),
        access_token: &str,
        body: &Json,
    ) -> Answer {
        let event = json!({
            "version": "2.0", "routeKey": format!("{method} {path}"), "rawPath": path, "rawQueryString": "",
            "headers": { "content-type": "application/json", "authorization": format!("Bearer {access_token}") },
            "requestContext": { "http": { "method": method, "sourceIp": source_ip } },
            "body": body.to_string(), "isBase64Encoded": false,
        });
        let answer = self.invoke(function, event.to_string()).await.unwrap();
        let answer = Answer::of_function(&serde_json::from_slice(&answer.payload).unwrap());
        let differences = document().differences(method, path, &answer);
        assert!(differences.is_empty(), "docs/openapi.yaml: {differences:?}: {answer:?}");
        answer
    }
}

impl<'s> User<'s> {
    /// A call with the user's access token.
    pub fn call(&self, method: &str, path: &str) -> Call<'s> {
        self.stack.call(method, path).bearer(&self.access_token)
    }

    /// A call with the user's access token.
    pub fn get(&self, path: &str) -> Call<'s> {
        self.stack.get(path).bearer(&self.access_token)
    }

    /// A call with the user's access token.
    pub fn post(&self, path: &str) -> Call<'s> {
        self.stack.post(path).bearer(&self.access_token)
    }

    /// Tries to change the password.
    pub async fn change_password(&self, current: &str, new: &str) -> Answer {
        let body = json!({ "current_password": current, "new_password": new });
        self.call("PUT", "/users/me/password").json(&body).send().await
    }

    /// The same from another address, as [`Pipehook::log_in_from`].
    pub async fn change_password_from(&self, source_ip: &str, current: &str, new: &str) -> Answer {
        let body = json!({ "current_password": current, "new_password": new });
        let route = ("PUT", "/users/me/password");
        self.stack.send_from(Some(source_ip), "UserPassword", route, &self.access_token, &body).await
    }

    /// Asks for a hook.
    pub async fn ask_for_hook(&self, hook: &Json) -> Answer {
        self.post("/hooks/incoming").json(hook).send().await
    }

    /// Creates a hook.
    pub async fn create_hook(&self, hook: &Json) -> Hook<'s> {
        Hook::new(self.stack, self.ask_for_hook(hook).await.is(201))
    }

    /// The ids of the hooks in a list, such as `/applications/42/hooks`.
    pub async fn list(&self, path: &str) -> Vec<String> {
        let hooks = self.get(path).send().await.is(200);
        hooks.as_array().unwrap().iter().map(|hook| hook["id"].as_str().unwrap().to_owned()).collect()
    }

    /// Every job of the user's project so far.
    pub async fn jobs(&self) -> Vec<Job> {
        self.stack.jobs(self.project).await
    }

    /// What there is of the user's project now.
    pub async fn footprint(&self) -> Footprint {
        let number = |number: i64| json!({ "N": number.to_string() });
        let (stack, project) = (self.stack, number(self.project));
        // Tests that share a stack have thousands of hooks, which take long to go through.
        let hooks = stack.index("HooksTable", "by-project", "project_id", &project).await;
        let of_user = stack.items_with("UsersTable", "user_id", &number(self.id)).await;
        Footprint {
            hooks: hooks.len(),
            pipelines: stack.items_with("PipelinesTable", "project_id", &project).await.len(),
            sessions: of_user.iter().filter(|item| item["pk"]["S"].as_str().unwrap().starts_with("SESSION#")).count(),
            jobs: self.jobs().await.len(),
        }
    }
}
