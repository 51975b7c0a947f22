"""The editors' web application: what is to be reviewed, stories, pages, and the decisions about them."""
