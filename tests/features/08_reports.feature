Feature: Sales reports
  @own
  Scenario: Past orders are counted in their months, to the cent
    Given 240 past orders over the last 12 months
    When an administrator looks at the monthly report
    Then it shows the last 12 months
    And each month adds up to the cent
    And the report as CSV says the same

  @own
  Scenario: The report is the same after it was built again
    Given 240 past orders over the last 12 months
    And the product "Kaka Scarf" at 57.50 with 5 in stock
    And a customer who has bought "Kaka Scarf"
    When the reports are built again
    Then the records of the reports are what they were

  Scenario: A cancelled order stays in the month, and its refund shows
    Given the product "Kaka Gloves" at 34.50 with 5 in stock
    And a customer who has bought "Kaka Gloves"
    When they cancel the order
    Then the order becomes CANCELLED
    And the sales report shows a refund of "NZ$41.00" for the order

  Scenario: Reports are for administrators
    Given a customer
    When they ask for the reports
    Then they are turned away
