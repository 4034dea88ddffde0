Feature: Accounts
  Scenario: Signing up, verifying, logging in
    When somebody signs up
    Then a verification link is mailed to them
    When they follow the link
    And they log in
    Then their first name stands in the menu
    And the menu leads to their profile and their orders
    And the back office is closed to them

  Scenario Outline: A sign-up that lacks something says what
    When somebody signs up with <field> "<value>"
    Then they are told what is wrong and there is no new account

    Examples:
      | field      | value        |
      | password   | short        |
      | email      | not-an-email |
      | first_name |              |
      | postcode   |              |

  Scenario: An address that is taken gives nothing away
    Given a customer
    When somebody signs up with the customer's address
    Then they see the same page as everybody who signs up
    And the customer is written to instead

  Scenario: A link alone does not confirm an account that another person made
    When somebody signs up
    And the link is followed by an owner of the address who did not sign up
    Then they are offered to choose a new password
    And the address is still not verified

  @impatient
  Scenario: A verification link holds for a limited time
    When somebody signs up
    And the link grows too old
    And they follow the link
    Then they are told that the link does not hold any more

  Scenario: The wrong password
    Given a customer
    When they log in with the password "not their password"
    Then they are told that e-mail or password is wrong
    And they are not logged in

  Scenario: Logging out ends the session for good
    Given a customer
    When they log in
    And they log out
    Then their old session opens nothing any more
