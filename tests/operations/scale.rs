//! `docs/scale.md` does its sums right, and from figures that other documents, the template and the code have.

use std::collections::BTreeMap;

use harness::{repository, template};

const DAYS_OF_A_MONTH: f64 = 30.0;
const SECONDS_OF_A_DAY: f64 = 86_400.0;

/// The rows of the table whose first line begins like this, without that line: cell by cell.
fn table(document: &str, heading: &str) -> Vec<Vec<String>> {
    let lines = document.lines().skip_while(|line| !line.starts_with(heading));
    let rows = lines.skip(2).take_while(|line| line.starts_with('|')).map(cells);
    let rows: Vec<Vec<String>> = rows.collect();
    assert!(rows.len() > 1, "no table begins with {heading}");
    rows
}

fn cells(line: &str) -> Vec<String> {
    line.trim_matches('|').split('|').map(|cell| cell.trim().replace("**", "")).collect()
}

fn number(cell: &str) -> f64 {
    cell.replace(',', "").parse().map_err(|_| format!("{cell} is no number")).unwrap()
}

/// Rounded as the document has it: to so many digits behind the point as the cell has.
fn is_rounded(cell: &str, value: f64) -> bool {
    let digits = cell.split_once('.').map_or(0, |(_, digits)| digits.len());
    cell.replace(',', "") == format!("{value:.digits$}")
}

fn scale() -> String {
    repository::read("docs/scale.md")
}

/// What a call uses, by what it uses it of.
fn uses(document: &str) -> BTreeMap<String, f64> {
    table(document, "| of | a call uses").into_iter().map(|row| (row[0].clone(), number(&row[1]))).collect()
}

fn used(uses: &BTreeMap<String, f64>, of: &str) -> f64 {
    let found = uses.iter().find(|(name, _)| name.contains(of));
    *found.ok_or_else(|| format!("the document does not say what a call uses of {of}")).unwrap().1
}

#[test]
fn each_limit_is_divided_by_what_a_call_uses_of_it_and_the_lowest_comes_first() {
    let document = scale();
    let uses: Vec<f64> = uses(&document).into_values().collect();
    let rows = table(&document, "| limit | is |");
    for row in &rows {
        let (limit, use_of_it) = (number(&row[1]), number(&row[2]));
        assert!(is_rounded(&row[3], (limit / use_of_it).floor()), "{row:?}");
        assert!(uses.contains(&use_of_it), "{row:?}: no call uses this");
    }
    assert!(rows.is_sorted_by(|one, next| number(&one[3]) <= number(&next[3])), "they are in order");
}

#[test]
fn each_limit_of_aws_names_the_page_that_has_it() {
    let document = scale();
    let pages: BTreeMap<_, _> = document.lines().filter_map(|line| line.strip_prefix('[')?.split_once("]: ")).collect();
    for (name, page) in &pages {
        assert!(page.starts_with("https://docs.aws.amazon.com/"), "{name}: {page}");
        assert!(document.contains(&format!("][{name}]")), "nothing leads to {page}");
    }
    for row in table(&document, "| limit | is |") {
        let named = row[0].split("][").nth(1).and_then(|rest| rest.split(']').next());
        let is_ours = row[0].contains("TriggerRateLimit");
        assert!(is_ours || named.is_some_and(|name| pages.contains_key(name)), "{}", row[0]);
    }
}

/// Calls a second, and millions of them a month, in the order of the columns.
fn rates() -> [(f64, f64); 4] {
    let month = DAYS_OF_A_MONTH * SECONDS_OF_A_DAY / 1e6;
    [(1.0, month), (100.0, 100.0 * month), (1_000.0 / month, 1_000.0), (10_000.0, 10_000.0 * month)]
}

/// The column of numbers of the limit whose name has this in it.
fn limit(document: &str, name: &str) -> f64 {
    let rows = table(document, "| limit | is |");
    let row = rows.iter().find(|row| row[0].contains(name));
    number(&row.ok_or_else(|| format!("the document has no limit for {name}")).unwrap()[3])
}

#[test]
fn what_each_rate_needs_follows_from_what_a_call_uses() {
    let document = scale();
    let uses = uses(&document);
    let (of, limit) = (|of| used(&uses, of), |name| limit(&document, name));
    let rows = table(&document, "| | 1/s | 100/s |");
    let requests_of_a_sandbox = limit("of 10 requests/s") / 1_000.0;
    let at_least = |rate: f64, each: f64| (rate / each).ceil().max(1.0);
    for (column, (rate, millions)) in rates().into_iter().enumerate() {
        // As the first row has it: a whole number of calls.
        let rate = rate.round();
        let expected = [
            rate,
            millions,
            rate * of("time of a sandbox"),
            at_least(rate, requests_of_a_sandbox),
            at_least(rate, requests_of_a_sandbox) * of("connections"),
            rate * of("`RequestsTable`"),
            rate * of("its index by project"),
            rate * of("`HooksTable`"),
            at_least(rate, limit("one hook")),
            at_least(rate, limit("one resource")),
            at_least(rate, limit("one project: 4")),
        ];
        assert_eq!(rows.len(), expected.len());
        for (row, expected) in rows.iter().zip(expected) {
            assert!(is_rounded(&row[column + 1], expected), "{}: {} is {expected}", row[0], row[column + 1]);
        }
    }
}

/// In USD, of so many million calls: what is behind each line of the bill but the last two.
fn bill(millions: f64) -> Vec<f64> {
    let gateway = millions.min(300.0) + (millions - 300.0).max(0.0) * 0.90;
    let lambda = 0.20 + 0.25 * 0.02 * 13.3334;
    let each = [lambda, 0.125, 3.0 * 0.625, 0.50, 0.80, 0.75];
    std::iter::once(gateway).chain(each.map(|price| price * millions)).collect()
}

#[test]
fn each_line_of_a_month_is_its_price_times_its_calls_and_the_sums_are_right() {
    let document = scale();
    let rows = table(&document, "| | a million | 1/s |");
    let [lines @ .., idle, sum] = rows.as_slice() else { panic!("it has lines and a sum") };
    let months: Vec<f64> = std::iter::once(1.0).chain(rates().map(|(_, millions)| millions)).collect();
    for (column, millions) in (1..).zip(months) {
        let bill = bill(millions);
        assert_eq!(lines.len(), bill.len());
        for (line, expected) in lines.iter().zip(&bill) {
            assert!(is_rounded(&line[column], *expected), "{}: {} is {expected}", line[0], line[column]);
        }
        let idle = if column == 1 { 0.0 } else { number(&idle[column]) };
        let expected = bill.iter().sum::<f64>() + idle;
        assert!(is_rounded(&sum[column], expected), "{} is {expected}", sum[column]);
    }
}

#[test]
fn its_prices_and_units_are_those_of_the_guide_to_operations() {
    let guide = repository::read("docs/operations.md");
    let document = scale();
    let costs = table(&guide, "| | how many | 8.8 KB | 1 MB |");
    let dear = |name: &str| number(&costs.iter().find(|row| row[0].starts_with(name)).unwrap()[2]);
    let ours = table(&document, "| | a million | 1/s |");
    for name in ["API Gateway", "Lambda", "DynamoDB, read", "DynamoDB, writ", "SQS", "DynamoDB, keep", "CloudWatch"] {
        let price = number(&ours.iter().find(|row| row[0].starts_with(name)).unwrap()[1]);
        assert!((price - dear(name)).abs() <= 0.005 + 1e-9, "{name}: {price} and {}", dear(name));
    }
    assert!(guide.contains("| **together** | | **0.80 to 6.40** |"), "the idle stack");

    // The entry in the log and its entry in the index do not belong to the action.
    let parts = table(&guide, "| | write units | read units | messages | USD | of it, besides |");
    let of_action: f64 = parts.iter().filter(|row| !row[1].is_empty()).map(|row| number(&row[1])).sum();
    let ours = used(&uses(&document), "`ActionsTable`");
    assert!((of_action - 2.0 - ours).abs() < f64::EPSILON, "{ours} and {parts:?}");
}

#[test]
fn its_figures_of_the_product_are_those_of_the_product() {
    let document = scale();
    let trigger = template()["Parameters"]["TriggerRateLimit"]["Default"].as_f64().unwrap();
    assert!((limit(&document, "TriggerRateLimit") - trigger).abs() < f64::EPSILON, "the template has {trigger}");
    let items = repository::read("shared/src/aws/dynamodb/request_item.rs");
    assert!(items.contains("PROJECT_SHARDS: u32 = 4;"), "the index by project has four partitions for each outcome");

    let performance = repository::read("docs/performance.md");
    let first = |cell: &str| number(cell.split(' ').next().unwrap());
    let starts = table(&performance, "| function | to first `/next` (ms) |");
    let start = starts.iter().find(|row| row[0] == "hook-trigger").unwrap();
    let claim = format!("A start takes {:.0} ms until it takes calls and {:.0} ms", first(&start[1]), first(&start[4]));
    assert!(document.contains(&claim), "docs/scale.md is to say: {claim}");
    let calls = table(&performance, "| call | calls/s | p50 (ms) |");
    let call = calls.iter().find(|row| row[0] == "8 KB, accepted").unwrap();
    let claim = format!("{:.1} ms where it was measured", first(&call[2]));
    assert!(document.contains(&claim), "docs/scale.md is to say: {claim}");
}
