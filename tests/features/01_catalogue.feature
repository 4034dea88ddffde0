Feature: Looking around the shop
  Visitors find what they want by category or by a word from its title.

  Scenario: A category shows its first twenty-five products by title
    Given the category "Lamps" with 27 products
    When a visitor looks at the category "Lamps"
    Then they see 25 products ordered by title
    And the next page shows the other 2

  Scenario: A word from the title finds the product
    Given the product "Ruru Night Light" at 49.90
    And the product "Ruru Feather Pen" at 12.50
    When a visitor searches for "ruru night"
    Then they find "Ruru Night Light"
    But they do not find "Ruru Feather Pen"

  Scenario: A search for nonsense ends politely
    When a visitor searches for "\"'); DROP TABLE -- *"
    Then the page says that nothing was found

  Scenario: A product page tells what it costs and whether it is there
    Given the product "Pukeko Kettle" at 89.00 with 3 in stock
    And the product "Pukeko Teapot" at 59.00 with 0 in stock
    Then the page of "Pukeko Kettle" offers it at "NZ$89.00"
    And the page of "Pukeko Teapot" says that it is sold out
