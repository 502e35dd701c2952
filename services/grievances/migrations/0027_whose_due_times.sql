-- That something is due, anybody may know and write: so does who files. That it is due no more, or at another time, is for
-- those who work where it lies or see the thing itself. The area is asked for first: nearly every step comes from there.
DROP POLICY kept ON deadlines;
CREATE POLICY seen ON deadlines FOR SELECT USING (true);
CREATE POLICY begun ON deadlines FOR INSERT WITH CHECK (true);
CREATE POLICY moved ON deadlines FOR UPDATE USING (visible_area(area) OR sees_thing(thing, thing_id));
CREATE POLICY settled ON deadlines FOR DELETE USING (visible_area(area) OR sees_thing(thing, thing_id));

-- What hangs on a joint case shows with it: a person who is complained of saw what was asked of the body complained of, and
-- what was decided.
CREATE POLICY with_its_joint_case ON joint_answers AS RESTRICTIVE FOR SELECT
    USING (EXISTS (SELECT FROM joint_cases AS j WHERE j.joint_case_id = joint_answers.joint_case_id));
CREATE POLICY with_its_joint_case ON joint_tasks AS RESTRICTIVE FOR SELECT
    USING (EXISTS (SELECT FROM joint_cases AS j WHERE j.joint_case_id = joint_tasks.joint_case_id));
CREATE POLICY with_its_joint_case ON joint_decisions AS RESTRICTIVE FOR SELECT
    USING (EXISTS (SELECT FROM joint_cases AS j WHERE j.joint_case_id = joint_decisions.joint_case_id));
