Feature: Checking out
  Background:
    Given the product "Tui Rug" at 115.00 with 20 in stock
    And the e-book "Bush Walks" at 23.00

  Scenario: A visitor signs in first and comes back to the checkout
    Given a visitor with "Tui Rug" in his cart
    When he checks out
    Then he is asked to log in
    When he logs in with a verified account
    Then he is asked for an address

  Scenario: Somebody whose address is not verified cannot buy yet
    Given somebody who signed up but did not verify
    And "Tui Rug" in his cart
    When he checks out
    Then he is told to verify his e-mail address

  Scenario: What is shipped needs an address and has its own line for shipping
    Given a customer with "Tui Rug" in his cart
    When he checks out
    And he gives his address
    Then the confirmation shows "Tui Rug" and shipping at "NZ$6.50"
    And the confirmation shows his address
    And the total to pay is "NZ$121.50"

  Scenario: What is only electronic needs neither
    Given a customer with "Bush Walks" in his cart
    When he checks out
    Then the confirmation shows no shipping and no address
    And the total to pay is "NZ$23.00"

  Scenario: A price that changed meanwhile is not charged silently
    Given a customer with "Tui Rug" in his cart
    When he checks out
    And he gives his address
    And the price of "Tui Rug" changes to 120.00
    And he confirms
    Then he is shown the new price and nothing is ordered
