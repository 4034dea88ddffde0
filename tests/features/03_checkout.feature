Feature: Checking out
  Background:
    Given the product "Tui Rug" at 115.00 with 20 in stock
    And the e-book "Bush Walks" at 23.00

  Scenario: A visitor logs in first and comes back to the checkout
    Given a visitor with "Tui Rug" in their cart
    When they check out
    Then they are asked to log in
    When they log in with a verified account
    Then they are asked for an address

  Scenario: Somebody whose address is not verified cannot buy yet
    Given somebody who signed up but did not verify
    And "Tui Rug" in their cart
    When they check out
    Then they are told to verify their e-mail address

  Scenario: What is shipped needs an address and has its own line for shipping
    Given a customer with "Tui Rug" in their cart
    When they check out
    And they give their address
    Then the confirmation shows "Tui Rug" and shipping at "NZ$6.50"
    And the confirmation shows their address
    And the total to pay is "NZ$121.50"

  Scenario: What is only electronic needs neither
    Given a customer with "Bush Walks" in their cart
    When they check out
    Then the confirmation shows no shipping and no address
    And the total to pay is "NZ$23.00"

  Scenario: A price that changed meanwhile is not charged silently
    Given a customer with "Tui Rug" in their cart
    When they check out
    And they give their address
    And the price of "Tui Rug" changes to 120.00
    And they confirm
    Then they are shown the new price and nothing is ordered
