Feature: Accounts
  Scenario: Signing up, verifying, logging in
    When somebody signs up
    Then a verification link is mailed to him
    When he follows the link
    And he logs in
    Then his first name stands in the menu
    And the menu leads to his profile and his orders
    And the back office is closed to him

  Scenario Outline: A sign-up that lacks something says what
    When somebody signs up with <field> "<value>"
    Then he is told what is wrong and there is no new account

    Examples:
      | field      | value        |
      | password   | short        |
      | email      | not-an-email |
      | first_name |              |
      | postcode   |              |

  Scenario: An address that is taken gives nothing away
    Given a customer
    When somebody signs up with the customer's address
    Then he sees the same page as everybody who signs up
    And the customer is written to instead

  Scenario: A link alone does not make a stranger's account
    When somebody signs up
    And the link is followed by an owner of the address who did not sign up
    Then he is offered to choose a new password
    And the address is still not verified

  @impatient
  Scenario: A verification link holds for a limited time
    When somebody signs up
    And the link grows too old
    And he follows the link
    Then he is told that the link does not hold any more

  Scenario: The wrong password
    Given a customer
    When he logs in with the password "not his password"
    Then he is told that e-mail or password is wrong
    And he is not logged in

  Scenario: Logging out ends the session for good
    Given a customer
    When he logs in
    And he logs out
    Then his old session opens nothing any more
