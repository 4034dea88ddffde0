Feature: Fulfilling an order
  Background:
    Given the product "Nikau Chair" at 230.00 with 10 in stock
    And the product "Nikau Stool" at 115.00 with 10 in stock
    And the e-book "Caring for Cane" at 11.50

  Scenario: A parcel is dispatched with carrier and tracking number
    Given a customer who has bought "Nikau Chair"
    When staff dispatch the order with "Harbour Post", tracking "HP-123"
    Then the order becomes COMPLETED
    And the customer sees the tracking number "HP-123"

  Scenario: An order is complete only when nothing is pending
    Given a customer who has bought "Nikau Chair" and "Nikau Stool" and "Caring for Cane"
    When "Caring for Cane" has come to them by mail
    Then the item "Nikau Chair" is still pending
    When staff dispatch only "Nikau Chair" with "Harbour Post", tracking "HP-1"
    Then the order becomes SHIPPED
    When staff dispatch the order with "Harbour Post", tracking "HP-2"
    Then the order becomes COMPLETED

  Scenario: A file that is not there yet is delivered when it comes
    Given the e-book "Unwritten Pages" at 11.50 without a file
    And a customer who has bought "Unwritten Pages"
    Then the item "Unwritten Pages" is still pending
    When staff upload the file of "Unwritten Pages"
    Then "Unwritten Pages" has come to them by mail
    And the order becomes COMPLETED

  Scenario: Customers have no business in the dispatch room
    Given a customer
    When they ask for the shipping orders
    Then they are turned away
