Feature: Errors that need a person
  Scenario: A message that cannot be read is shown with its text, its code and the error
    Given a payment event that makes no sense
    When an administrator looks at the errors
    Then the newest error shows the original message, a code and a text
    When they discard it
    Then it is gone

  Scenario: A message can be tried again
    Given a payment event that makes no sense
    When an administrator looks at the errors
    And they try it again
    Then it comes back as an error

  Scenario: Errors are for administrators
    Given a customer
    When they ask for the errors
    Then they are turned away

  Scenario: The topology shows who publishes an event, who receives it, and what failed
    Given a payment event that makes no sense
    When an administrator looks at the topology
    Then "store.order.paid.v1" is published by "record_payment" and received by "reports/record-sales"
    And "order/payment-events" has failed messages

  Scenario: The topology is for administrators
    Given a customer
    When they ask for the topology
    Then they are turned away
