Feature: Filling the cart
  Background:
    Given the product "Kowhai Mug" at 23.00 with 50 in stock
    And the product "Rimu Tray" at 34.50 with 50 in stock
    And a visitor

  Scenario: A product comes into the cart once, and once more when it is added again
    When they add "Kowhai Mug" to the cart
    Then their cart holds 1 of "Kowhai Mug"
    When they add "Kowhai Mug" to the cart
    Then their cart holds 2 of "Kowhai Mug"

  Scenario: The cart adds everything up
    When they add "Kowhai Mug" to the cart
    And they add "Rimu Tray" to the cart
    And they change the quantity of "Rimu Tray" to "2"
    Then the cart shows:
      | title      | unit price | quantity | total  |
      | Kowhai Mug | NZ$23.00     | 1        | NZ$23.00 |
      | Rimu Tray  | NZ$34.50     | 2        | NZ$69.00 |
    And the cart's totals are net "NZ$80.00", tax "NZ$12.00", gross "NZ$92.00"

  Scenario: A line can be taken out
    When they add "Kowhai Mug" to the cart
    And they add "Rimu Tray" to the cart
    And they remove "Kowhai Mug"
    Then their cart holds nothing but "Rimu Tray"

  Scenario: Nought takes a line out, ninety-nine is the most
    When they add "Kowhai Mug" to the cart
    And they change the quantity of "Kowhai Mug" to "99"
    Then their cart holds 99 of "Kowhai Mug"
    When they change the quantity of "Kowhai Mug" to "0"
    Then their cart is empty

  Scenario Outline: A quantity that makes no sense changes nothing
    When they add "Kowhai Mug" to the cart
    And they change the quantity of "Kowhai Mug" to "<quantity>"
    Then they are told what a quantity is
    And their cart holds 1 of "Kowhai Mug"

    Examples:
      | quantity             |
      | -1                   |
      | 100                  |
      | 1.5                  |
      | 1e1                  |
      | 99999999999999999999 |
      | two                  |

  Scenario: Somebody else's cart is nobody's business
    Given a customer with "Kowhai Mug" in their cart at the API
    When another customer asks for that cart
    Then there is no such cart for them
