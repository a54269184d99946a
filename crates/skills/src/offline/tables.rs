//! Turns Markdown tables into lists, since few chats can show a table.

/// The text with every table as a list of its rows.
pub(crate) fn as_lists(text: &str) -> String {
    let lines: Vec<_> = text.lines().collect();
    let mut plain: Vec<String> = Vec::with_capacity(lines.len());
    let mut number = 0;
    while let Some(line) = lines.get(number) {
        let rows = match lines.get(number + 1) {
            Some(rule) if is_row(line) && is_rule(rule) => {
                lines.iter().skip(number + 2).take_while(|row| is_row(row)).count()
            }
            _ => 0,
        };
        if rows == 0 {
            plain.push((*line).to_owned());
            number += 1;
            continue;
        }
        let titles = cells(line);
        plain
            .extend(lines.iter().skip(number + 2).take(rows).map(|row| item(&titles, &cells(row))));
        number += 2 + rows;
    }
    plain.join("\n")
}

/// A row as one item: its first cell, and the others each with their column's title. With two
/// columns the title would only be repeated in each item.
fn item(titles: &[&str], cells: &[&str]) -> String {
    let is_pair = titles.len() == 2;
    let mut cells = titles.iter().zip(cells);
    let head = cells.next().map_or("", |(_, cell)| cell);
    let rest: Vec<_> = cells
        .filter(|(_, cell)| !cell.is_empty())
        .map(|(title, cell)| {
            if title.is_empty() || is_pair { (*cell).to_owned() } else { format!("{title} {cell}") }
        })
        .collect();
    if rest.is_empty() { format!("- {head}") } else { format!("- {head}: {}", rest.join(", ")) }
}

fn cells(row: &str) -> Vec<&str> {
    let row = row.trim();
    let row = row.strip_prefix('|').unwrap_or(row);
    row.strip_suffix('|').unwrap_or(row).split('|').map(str::trim).collect()
}

fn is_row(line: &str) -> bool {
    line.trim_start().starts_with('|')
}

/// Whether a line is the one that divides a table's titles from its rows.
fn is_rule(line: &str) -> bool {
    is_row(line) && line.contains('-') && line.chars().all(|c| "|-: \t".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_becomes_a_list_of_its_rows() {
        let text = "Times:\n\n| Service | Zone 1 | Zone 2 |\n| --- | :-: | --- |\n\
                    | Standard | 2 days | 4 days |\n| Express | 1 day | |\n\nEnd.";
        let expected =
            "Times:\n\n- Standard: Zone 1 2 days, Zone 2 4 days\n- Express: Zone 1 1 day\n\nEnd.";
        assert_eq!(as_lists(text), expected);
    }

    #[test]
    fn a_table_of_two_columns_becomes_pairs_without_their_titles() {
        let text = "| Status | What it means |\n|---|---|\n| Announced | The label exists. |\n\
                    | Lost | |\n";
        assert_eq!(as_lists(text), "- Announced: The label exists.\n- Lost");
    }

    #[test]
    fn text_without_a_table_stays_as_it_is() {
        let text = "a | b\n\n| just a line |\n\n- c";
        assert_eq!(as_lists(text), text);
    }
}
