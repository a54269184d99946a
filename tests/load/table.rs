//! The table that the benchmark prints, in Markdown, so that it can stand in the docs as it is.

/// Rows of what was measured, the figure, and the goal.
#[derive(Default)]
pub struct Table {
    rows: Vec<[String; 3]>,
}

impl Table {
    /// Adds a row.
    pub fn row(&mut self, what: &str, figure: &str, goal: &str) {
        eprintln!("{what}: {figure}");
        self.rows.push([what.trim_start().to_owned(), figure.to_owned(), goal.to_owned()]);
    }

    /// Prints all rows.
    pub fn print(&self) {
        println!("| what | figure | goal |\n| --- | --- | --- |");
        for [what, figure, goal] in &self.rows {
            println!("| {what} | {figure} | {goal} |");
        }
    }
}
