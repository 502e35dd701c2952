-- Every step settles or moves what is due of its case, and the policy on that stands in its way: without a query in its body
-- the function is taken into the statement instead of being called for each row.
CREATE FUNCTION is_task_of_the_accused(of_task uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER PARALLEL SAFE
RETURN EXISTS (SELECT FROM joint_tasks AS t WHERE t.task_id = of_task AND is_complained_of(t.dispute_id, t.body));

CREATE OR REPLACE FUNCTION may_settle(thing text, thing_id uuid, slot text, of_dispute uuid) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE thing
    WHEN 'dispute' THEN NOT is_against(thing_id)
    WHEN 'agreement' THEN NOT is_against(of_dispute)
    WHEN 'obligation' THEN NOT is_against(of_dispute)
    WHEN 'joint_case' THEN NOT is_against(of_dispute) OR is_complained_of(of_dispute, slot)
    WHEN 'joint_task' THEN NOT is_against(of_dispute) OR is_task_of_the_accused(thing_id)
    ELSE true
END;
