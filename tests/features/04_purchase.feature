Feature: Paying
  The heart of the shop: a valid card, and everything that must follow follows.

  Background:
    Given the product "Weka Backpack" at 138.00 with 10 in stock

  Scenario: An approved card sets everything in motion
    Given a customer with "Weka Backpack" in his cart
    When he orders and pays with the card "4242 4242 4242 4242"
    Then he is back on the home page with a notice naming the order
    And his cart is empty
    And the order is PAID
    And the sales report has the order
    And an electronic receipt for "NZ$144.50" has gone to him
    And a shipping order for "Weka Backpack" lies at fulfilment
    And 9 of "Weka Backpack" are left

  Scenario: A declined card leads back to the cart, and a second try pays
    Given a customer with "Weka Backpack" in his cart
    When he orders and pays with the card "4000 0000 0000 0002"
    Then he is back at the cart and told that the payment was unsuccessful
    And his cart holds 1 of "Weka Backpack"
    And no receipt has gone to him
    When he orders and pays with the card "4242 4242 4242 4242"
    Then he is back on the home page with a notice naming the order
    And he has paid exactly once

  Scenario: A card that asks for authentication is paid once the buyer has approved
    Given a customer with "Weka Backpack" in his cart
    When he orders and pays with the card "4000 0025 0000 3155"
    Then he is asked to authenticate the payment
    When he approves it
    Then he is back on the home page with a notice naming the order

  Scenario: What is sold out is refused before any money moves
    Given the product "Last Kiwi Clock" at 46.00 with 1 in stock
    And a customer who has bought "Last Kiwi Clock"
    And another customer with "Last Kiwi Clock" in his cart
    When he tries to order
    Then he is told that "Last Kiwi Clock" is sold out
    And no payment was begun for him

  Scenario: A digital product arrives by mail
    Given the e-book "Harbour Tides" at 23.00
    And a customer with "Harbour Tides" in his cart
    When he orders and pays with the card "4242 4242 4242 4242"
    Then he is back on the home page with a notice naming the order
    And "Harbour Tides" has come to him by mail
    And the order becomes COMPLETED

  @impatient
  Scenario: An order that nobody pays expires and gives its stock back
    Given a customer with "Weka Backpack" in his cart
    When he orders but does not pay
    Then 9 of "Weka Backpack" are available
    And the order becomes EXPIRED
    And 10 of "Weka Backpack" are available
    And his intent cannot be paid any more

  Scenario: Changing the cart replaces the open order
    Given the product "Weka Strap" at 23.00 with 5 in stock
    And a customer with "Weka Backpack" in his cart
    When he orders but does not pay
    And he adds "Weka Strap" to the cart
    And he orders and pays with the card "4242 4242 4242 4242"
    Then he has paid exactly once
    And 9 of "Weka Backpack" are available
    And 4 of "Weka Strap" are available
