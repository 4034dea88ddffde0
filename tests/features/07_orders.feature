Feature: Looking after one's orders
  Background:
    Given the product "Moa Poster" at 34.50 with 50 in stock
    And the e-book "Moa Tales" at 11.50

  Scenario: The history lists the newest first
    Given a customer who has bought "Moa Poster"
    And who has bought "Moa Tales"
    When they look at their orders
    Then they see 2 orders, the newest first, with dates and net totals

  Scenario: The history goes back six months
    Given a customer who has bought "Moa Poster"
    And a past order of theirs from 7 months ago
    And a past order of theirs from 5 months ago
    When they look at their orders
    Then they see 2 orders, the newest first, with dates and net totals

  Scenario: A paid order of things to be shipped can be cancelled, and the money comes back
    Given a customer who has bought "Moa Poster"
    When they cancel the order
    Then the order becomes CANCELLED
    And their money is back
    And 50 of "Moa Poster" are available
    And the shipping order is cancelled

  Scenario: What has been sent cannot be cancelled
    Given a customer who has bought "Moa Poster"
    And the order has been dispatched
    Then the order offers no cancellation
    And a cancellation by force is refused

  Scenario: What is electronic cannot be cancelled
    Given a customer who has bought "Moa Tales"
    Then the order offers no cancellation
    And a cancellation by force is refused

  Scenario: An order is shown to its customer only
    Given a customer who has bought "Moa Poster"
    When another customer asks for that order
    Then there is no such order for them
