Feature: Paying
  The heart of the shop: a valid card, and everything that must follow follows.

  Background:
    Given the product "Weka Backpack" at 138.00 with 10 in stock

  Scenario: An approved card sets everything in motion
    Given a customer with "Weka Backpack" in their cart
    When they order and pay with the card "4242 4242 4242 4242"
    Then they are back on the home page with a notice naming the order
    And their cart is empty
    And the order is PAID
    And the sales report has the order
    And an electronic receipt for "NZ$144.50" has gone to them
    And a shipping order for "Weka Backpack" lies at fulfilment
    And 9 of "Weka Backpack" are left

  Scenario: A declined card leads back to the cart, and a second try pays
    Given a customer with "Weka Backpack" in their cart
    When they order and pay with the card "4000 0000 0000 0002"
    Then they are back at the cart and told that the payment was unsuccessful
    And their cart holds 1 of "Weka Backpack"
    And no receipt has gone to them
    When they order and pay with the card "4242 4242 4242 4242"
    Then they are back on the home page with a notice naming the order
    And they have paid exactly once

  Scenario: A card that asks for authentication is paid once the buyer has approved
    Given a customer with "Weka Backpack" in their cart
    When they order and pay with the card "4000 0025 0000 3155"
    Then they are asked to authenticate the payment
    When they approve it
    Then they are back on the home page with a notice naming the order

  Scenario: What is sold out is refused before any money moves
    Given the product "Last Kiwi Clock" at 46.00 with 1 in stock
    And a customer who has bought "Last Kiwi Clock"
    And another customer with "Last Kiwi Clock" in their cart
    When they try to order
    Then they are told that "Last Kiwi Clock" is sold out
    And no payment was begun for them

  Scenario: A digital product arrives by mail
    Given the e-book "Harbour Tides" at 23.00
    And a customer with "Harbour Tides" in their cart
    When they order and pay with the card "4242 4242 4242 4242"
    Then they are back on the home page with a notice naming the order
    And "Harbour Tides" has come to them by mail
    And the order becomes COMPLETED

  @impatient
  Scenario: An order that nobody pays expires and gives its stock back
    Given a customer with "Weka Backpack" in their cart
    When they order but do not pay
    Then 9 of "Weka Backpack" are available
    And the order becomes EXPIRED
    And 10 of "Weka Backpack" are available
    And their intent cannot be paid any more

  Scenario: Changing the cart replaces the open order
    Given the product "Weka Strap" at 23.00 with 5 in stock
    And a customer with "Weka Backpack" in their cart
    When they order but do not pay
    And they add "Weka Strap" to the cart
    And they order and pay with the card "4242 4242 4242 4242"
    Then they have paid exactly once
    And 9 of "Weka Backpack" are available
    And 4 of "Weka Strap" are available
